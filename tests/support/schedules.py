"""A plan for tests with every kind of content that a plan can have."""

from datetime import date, datetime

from app.domain.base.local_time import LocalTime
from app.domain.planning.people.party import Absence, Comfort, Hours, Party, PartyKind, Priorities
from app.domain.planning.schedule import Airing, DateOverride, FestivalChange, Schedule, ShowReminder, WhatsNew, ZoneTable

NEW_YORK, BERLIN, SHANGHAI, KATHMANDU = "America/New_York", "Europe/Berlin", "Asia/Shanghai", "Asia/Kathmandu"


def full_schedule() -> Schedule:
    """Return a single show and a series with a moved and a cancelled date, parties with custom hours, tasks and reminders."""
    parties = (
        Party("us", "United States 🇺🇸", PartyKind.MARKET, NEW_YORK, market_id="US", weight=2.5, languages=("en", "es")),
        Party("de", "Deutschland", PartyKind.MARKET, BERLIN, market_id="DE", languages=("de",)),
        Party(
            "host", "林小满", PartyKind.HOST, SHANGHAI, hours=(Hours(9 * 60, 26 * 60, Comfort.FAIR, (5, 6)),), nights_before=2,
            away=(Absence(date(2027, 2, 5), date(2027, 2, 12), "春节"),), languages=("zh-Hans", "en"),
        ),
        Party("voice", "Asha", PartyKind.INTERPRETER, KATHMANDU, hours=(Hours(0, 6 * 60, Comfort.NEVER),), languages=("de", "en")),
    )  # fmt: skip
    single = Airing("gala", "Frühlingsgala 春", LocalTime(datetime(2026, 11, 1, 1, 30), NEW_YORK, fold=1), 90, party_ids=("us", "host"))
    series = Airing(
        "weekly",
        "Friday deals",
        LocalTime(datetime(2027, 3, 5, 20, 0), NEW_YORK),
        rule="FREQ=WEEKLY;BYDAY=FR;COUNT=8",
        moves=(
            DateOverride(datetime(2027, 3, 12, 20, 0), LocalTime(datetime(2027, 3, 13, 19, 45), BERLIN), 60, ("us", "voice")),
            DateOverride(datetime(2027, 3, 26, 20, 0), None),
        ),
        party_ids=("us", "de", "host", "voice"),
        whats_new=WhatsNew({"en": "A new fan", "zh": "新风扇"}, {"en": "20 % off"}, {"en": "Guest: Ann"}),
        note="bring the samples",
        fixed=True,
    )
    return Schedule(
        tzdata="2026f",
        zone_tables=(ZoneTable(NEW_YORK, ((0, -300), (1_805_007_600_000, -240))), ZoneTable(KATHMANDU, ((0, 345),))),
        host_zone=SHANGHAI,
        airings=(single, series),
        parties=parties,
        priorities=Priorities(audience=5.0, host=1.0, team=0.5, strict=True),
        rest_hours=12,
        festival_changes=(FestivalChange("MY", "eid_al_fitr", 2027, date(2027, 3, 10)), FestivalChange("US", "prime_day", 2027, None)),
        done=("confirm_14:gala",),
        reminders=(ShowReminder("r1", "weekly@2027-03-12T20:00", 60, {"en": "Soon", "de": "Gleich"}, sent_ms=1, apart={"de": 95}),),
        quiet_hours=("23:00", "07:30"),
    )
