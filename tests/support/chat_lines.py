"""A chat of thirty messages in eight languages, as a show has it: questions, jokes, a wall of text, and what the host did."""

from app.domain.base.errors import AppError
from app.domain.chat.message import AuthorRole, ChatMessage
from app.domain.translation.translation import Doubt, Translation
from app.session.chat.chat_room import ChatRoom
from app.session.show_control import ShowControl

MINUTE_MS, SECOND_MS = 60_000, 1000
LONG = "This is the best tea I have ever had and I have to tell you the whole story of it, " * 6

# name, source, language, text, translation into Chinese ("" = none), doubts
LINES = (
    ("Ana", "page", "pt-BR", "oi gente, boa noite! 😍", "大家晚上好！😍", ()),
    ("José Luís", "page", "pt-BR", "quanto custa o chá verde?", "绿茶多少钱？", ()),
    ("สมชาย", "page", "th", "ส่งไปกรุงเทพฯ กี่วันครับ", "寄到曼谷要几天？", ()),
    ("Lina Show", "page", "en", "click my profile for 90 % off", "点击我的主页享 90 % 折扣", (Doubt.LANGUAGE,)),
    ("Mehmet", "twitch_chat", "tr", "kargo ücretsiz mi?", "免运费吗？", ()),
    ("فاطمة", "page", "ar", "هل يتوفر الشحن إلى دبي؟ المقاس 42", "可以寄到迪拜吗？尺码 42", ()),
    ("Ben", "page", "en", "hello from Berlin 🇩🇪", "来自柏林的问候 🇩🇪", ()),
    ("小雨", "page", "zh-Hans", "主播这个包邮吗", "", ()),
    ("Sofía", "youtube_chat", "es", "¿tienen talla XL en rojo? 🙏🙏", "有红色 XL 码吗？🙏🙏", ()),
    ("أحمد", "page", "ar", "السعر مناسب جداً، شكراً لكم", "价格非常合适，谢谢你们", ()),
    ("ploy", "page", "th", "สวยมากกกก 555", "太漂亮了 555", (Doubt.REPEATED,)),
    ("T-Rex_the_collector_of_teapots_1987", "twitch_chat", "en", LONG, "这是我喝过最好的茶，我必须把整个故事告诉你。" * 5, (Doubt.LENGTH,)),
    ("たけし", "page", "ja", "このお茶はどこで作られていますか？", "这款茶是哪里产的？", ()),
    ("Дмитрий", "page", "ru", "доставка в Казань есть?", "", ()),
    ("Ana", "page", "pt-BR", "kd o cupom? tem frete pro RS?", "优惠券在哪？有寄到 RS 的运费吗？", (Doubt.LOST_TERM,)),
    ("Nguyễn", "page", "vi", "có ship về Đà Nẵng không ạ", "", ()),
    ("Ben", "page", "en", "🔥🔥🔥", "", ()),
    ("Klaus", "page", "de", "Ist die Kanne spülmaschinenfest?", "壶可以用洗碗机洗吗？", ()),
    ("spammer", "page", "en", "FREE FOLLOWERS at my page", "我的主页有免费粉丝", ()),
    ("Sofía", "youtube_chat", "es", "gracias!! ya compré dos", "谢谢！！我已经买了两个", ()),
    ("小雨", "page", "zh-Hans", "下单了，期待", "", ()),
    ("José Luís", "page", "pt-BR", "chegou o meu, perfeito 👏", "我的到了，完美 👏", ()),
    ("Mehmet", "twitch_chat", "tr", "Türkiye'ye gönderim var mı", "可以寄到土耳其吗", ()),
    ("Emma", "page", "en", "does it come in a gift box?", "有礼盒装吗？", ()),
    ("فاطمة", "page", "ar", "متى العرض القادم؟", "下次直播是什么时候？", ()),
    ("ploy", "page", "th", "ราคาเท่าไหร่คะ", "多少钱？", ()),
    ("Lucas", "page", "fr", "vous livrez en Belgique ?", "你们寄到比利时吗？", ()),
    ("Emma", "page", "en", "that teapot 😍 so cute", "那个茶壶 😍 好可爱", ()),
)


def fill_chat(control: ShowControl, *, until_ms: int) -> ChatRoom:
    """Let these messages arrive, the last one at `until_ms`, and do what a host does to some."""
    room = control.chat
    for number, (name, source, language, text, translated, doubts) in enumerate(LINES):
        at_ms = until_ms - (len(LINES) - number) * 20 * SECOND_MS
        room.receive(ChatMessage(source, str(number), f"author of {name}", name, text, at_ms, language=language))
        if translated:
            room.translated(f"{source}/{number}", Translation(translated, language, "zh-Hans", "argos", "en", frozenset(doubts)))
        elif language in ("ru", "vi"):
            room.not_translated(f"{source}/{number}", AppError("chat.translation_skipped"))
    for number in (1, 2, 4, 7, 12, 17):
        room.mark_answered(f"{LINES[number][1]}/{number}", done=True)
    room.star("page/9", on=True)
    room.star("youtube_chat/8", on=True)
    room.claim("page/23", "Mei")
    for viewer in ("a", "b", "c"):
        room.report("page", "18", viewer)
    room.remove("page/18")
    room.receive(ChatMessage("page", "welcome", "", "", "晚上好！绿茶 89 元一罐，今天包邮。", until_ms, AuthorRole.HOST))
    return room
