"""What an order's state means in the words of shops: whether it brings money."""

from collections.abc import Collection, Sequence

from app.domain.base.folding import folded
from app.domain.selling.order import CANCELLED, REFUNDED

_CANCELLED = """
cancelled, canceled, cancel, cancellation, closed, voided, void, expired, failed, unpaid, not paid, awaiting payment,
payment pending, trash, 已取消, 取消, 取消订单, 已关闭, 交易关闭, 订单关闭, 未付款, 待付款, 等待买家付款, cancelado,
cancelada, anulado, no pagado, annule, annulee, impaye, storniert, abgebrochen, unbezahlt, nao pago, dibatalkan, batal,
belum bayar, da huy, huy, chua thanh toan, ยกเลิก, ยกเลิกแล้ว, ยังไม่ชำระ, キャンセル, キャンセル済み, 未払い, 취소,
취소완료, 미결제, 결제대기, ملغي, ملغى, غير مدفوع, रद्द, अवैतनिक"""
_REFUNDED = """
refunded, fully refunded, returned, return refund, chargeback, 已退款, 退款成功, 全额退款, 退款, reembolsado, devuelto,
rembourse, retourne, erstattet, zuruckerstattet, retourniert, dikembalikan, pengembalian, hoan tien, da hoan tien,
คืนเงิน, คืนเงินแล้ว, 返金済み, 返金, 환불, 환불완료, مسترد, مسترجع, वापस"""
_PARTLY = frozenset(
    {
        "partial",
        "partially",
        "partly",
        "parcial",
        "parcialmente",
        "partiel",
        "partiellement",
        "teilweise",
        "sebagian",
        "部分退款",
        "一部返金",
        "부분환불",
    }
)


def _words(lines: str) -> frozenset[str]:
    return frozenset(folded(word) for word in lines.replace("\n", " ").split(","))


_GONE = {CANCELLED: _words(_CANCELLED), REFUNDED: _words(_REFUNDED)}


def why_unsold(states: Sequence[str], known: Collection[str] = ()) -> str:
    """Why an order in these states brings no money (CANCELLED or REFUNDED); "" = it does. `known` adds words of this shop."""
    more = {folded(word) for word in known}
    for state in (folded(one) for one in states):
        words = set(state.split())
        if not state or words & _PARTLY or "部分" in state or "一部" in state or "부분" in state:
            continue
        for why, gone in _GONE.items():
            if state in gone or words & gone:
                return why
        if state in more:
            return CANCELLED
    return ""
