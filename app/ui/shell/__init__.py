"""The application, the main window, menus, files."""
