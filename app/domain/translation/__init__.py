"""Translation between languages: what is asked for, what comes back, and how sure the machine was."""
