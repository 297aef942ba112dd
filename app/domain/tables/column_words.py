"""Column headings of shops, in the languages of the viewer page, folded so that spelling variants match. column_words_more.py has more
languages."""

from collections.abc import Mapping, Sequence

from app.domain.base.folding import folded
from app.domain.tables.column_words_more import MORE_ORDER_WORDS, MORE_PRODUCT_WORDS, MORE_RUNDOWN_WORDS

NOT_OURS = "-"  # the field of known headings that nothing here uses


def _words(*lines: str) -> tuple[str, ...]:
    return tuple(folded(word) for line in lines for word in line.split(","))


def _with(words: Mapping[str, tuple[str, ...]], more: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
    return {field: (*words.get(field, ()), *_words(more.get(field, ""))) for field in dict.fromkeys((*words, *more))}


_PRODUCT_WORDS: Mapping[str, tuple[str, ...]] = {
    "id": _words("id, product id, 产品id, 商品id, id de producto, id produit, produkt id"),
    "sku": _words(
        "sku, article number, item number, item no, product code, seller sku, variant sku, item sku, custom label",
        "custom label sku, style number, model number, 货号, 商品编码, 商家编码, 编码, 款号, 型号, referencia, reference, ref",
        "codigo, artikelnummer, artikelnr",
    ),
    "name": _words(
        "name, title, product, product name, product title, item, item name, item title, listing title, 商品名称, 产品名称",
        "品名, 名称, 商品, 产品, nombre, producto, titulo, nom, produit, titre, nom du produit, produktname, produkt",
        "bezeichnung, artikel",
    ),
    "category": _words(
        "category, product category, product type, type of product, 类目, 分类, 品类, 类别, categoria, categorie, kategorie",
        "warengruppe",
    ),
    "role": _words("role, 角色, 定位, rol, rolle"),
    "price_band": _words("price band, price range, 价格带, 价位, rango de precio, gamme de prix, preisklasse"),
    "pain_point": _words(
        "pain point, problem, 痛点, problema, punto de dolor, probleme, point de douleur, schmerzpunkt",
    ),
    "audience": _words(
        "audience, target group, 目标人群, 人群, 受众, publico, audiencia, public cible, public, zielgruppe",
    ),
    "unit": _words("unit, 单位, unidad, unite, einheit"),
    "return_rule": _words(
        "return rule, returns, return policy, 退货规则, 退货, devoluciones, devolucion, retours, retour, ruckgabe",
    ),
    "point": _words(
        "point, selling point, key point, 卖点, 核心卖点, punto de venta, argumento, argument de vente, argument",
        "verkaufsargument",
    ),
    "keyword": _words("keyword, 关键词, palabra clave, mot cle, stichwort, schlagwort"),
    "scenarios": _words(
        "scenario, scenarios, use, use case, 场景, 使用场景, escenario, escenarios, usage, anwendung, szenario",
    ),
    "questions": _words("question, questions, 问题, 常见问题, pregunta, preguntas, frage, fragen"),
    "answers": _words("answer, answers, 回答, 答案, respuesta, respuestas, reponse, reponses, antwort, antworten"),
    "competitors": _words(
        "competitor, competitors, 竞品, 竞争对手, competidor, competidores, concurrent, concurrents, wettbewerber",
    ),
    "theirs": _words("theirs, 对方, suyo, le leur, deren"),
    "ours": _words("ours, 我方, nuestro, le notre, unseres"),
    "claims": _words(
        "claim, claims, 宣称, 功效宣称, afirmacion, afirmaciones, allegation, allegations, behauptung, werbeaussage",
    ),
    "evidence": _words("evidence, proof, 证明, 依据, prueba, evidencia, preuve, preuves, nachweis"),
    "price": _words(
        "price, sale price, live price, selling price, current price, unit price, our price, special price, retail price, 价格",
        "售价, 直播价, 销售价, 单价, 现价, precio, precio de venta, prix, prix de vente, preis, verkaufspreis",
    ),
    "was": _words(
        "was, was price, list price, old price, regular price, original price, compare at price, compare price, compare at",
        "strike price, strikethrough price, crossed out price, msrp, rrp, mrp, recommended retail price, before price, 原价",
        "划线价, 市场价, precio anterior, precio normal, ancien prix, prix barre, alter preis, statt, uvp",
    ),
    "unit_cost": _words(
        "unit cost, cost, cost price, cost per item, purchase price, buying price, wholesale price, supply price, 成本, 成本价",
        "进价, coste, costo, cout, prix de revient, kosten, einkaufspreis",
    ),
    "stock": _words(
        "stock, units, quantity, qty, inventory, available, available quantity, stock quantity, stock on hand, on hand",
        "quantity available, inventory quantity, inventory qty, units in stock, 库存, 库存数量, 可用库存, 数量, existencias",
        "inventario, cantidad, quantite, bestand, lagerbestand, menge",
    ),
    "delivery": _words(
        "delivery days, delivery, delivery time, shipping days, shipping time, 时效, 物流时效, 配送天数, plazo de entrega",
        "entrega, delai de livraison, livraison, lieferzeit",
    ),
    "freight": _words(
        "freight, shipping, shipping cost, 运费, envio, gastos de envio, frais de port, port, versandkosten, versand",
    ),
    "return_freight": _words(
        "return freight, return shipping, 退货运费, envio de devolucion, frais de retour, rucksendekosten",
    ),
    "duty": _words("duty, customs duty, 关税, 税率, arancel, droits de douane, zoll"),
    "link": _words(
        "link, url, product link, product url, buy link, shop link, purchase link, item url, item link, listing url, page url",
        "permalink, external url, web address, website, where to buy, 链接, 购买链接, 产品链接, 商品链接, 网址, enlace, lien",
    ),
    "size_chart": _words(
        "size chart, sizes, 尺码表, 尺码, tabla de tallas, tallas, guide des tailles, tailles, grossentabelle",
    ),
    "pictures": _words(
        "picture, pictures, picture ids, photo, photos, image url, image urls, image link, image src, picture url, photo url",
        "main image, main picture, product image, product images, product picture, image 1, item photo url, 图片, 主图",
        "商品图片, 图片链接, 图片地址, imagen, imagenes, image, images, bild, bilder",
    ),
    "native_reviewed": _words("native reviewed, reviewed by a native speaker, 母语审校, 母语校对"),
    NOT_OURS: _words(
        "in stock, in stock?, low stock, low stock amount, stock status, availability, inventory tracker, inventory policy",
        "track inventory, fulfillment service, seo title, seo description, page title, meta title, meta description",
        "image alt text, alt text, image position, date sale price starts, date sale price ends, sale price start",
        "sale price end, special price start, special price end, unit price measure, price per unit, tax class, tax code",
        "shipping class, shipping profile, requires shipping, brand name, store name, shop name, vendor name, supplier name",
        "supplier link, product type id, category id, minimum quantity, min order quantity, moq, weight unit, barcode, ean",
        "gtin, upc, weight, height, width, option name, option value, variant image, variation image, created at, updated at",
        "有货, 是否有货, 供应商, 条码, 重量, 品牌名称",
    ),
}

_RUNDOWN_WORDS: Mapping[str, tuple[str, ...]] = {
    "id": _words("id, segment id"),
    "title": _words(
        "title, segment, name, item, 环节, 标题, 名称, 内容, titulo, segmento, bloque, titre, sequence, titel, abschnitt",
    ),
    "act": _words("act, 阶段, 幕, acto, acte, akt"),
    "minutes": _words(
        "minutes, planned minutes, duration, length, time, 时长, 分钟, 计划时长, minutos, duracion, duree, minuten, dauer",
    ),
    "product": _words("product, sku, 商品, 产品, 货号, producto, produit, produkt, artikel"),
    "role": _words("role, 角色, 定位, rol, rolle"),
    "backup": _words("backup, backup product, 备选, 备用, 备品, reserva, respaldo, remplacement, secours, ersatz"),
    "cues": _words("cue, cues, 提示, 要点, indicaciones, reperes, stichpunkte, hinweise"),
    "scene": _words("scene, 场景, escena, szene"),
    "host": _words("host, 主播, 主持, 主持人, presentador, anfitrion, animateur, presentateur, moderator, moderation"),
    "interpreter": _words("interpreter, 翻译, 口译, interprete, dolmetscher"),
    "needs_interpreter": _words(
        "needs interpreter, interpreter needed, 需要翻译, 需要口译, necesita interprete, besoin d interprete",
    ),
    "share_moment": _words("share moment, share, 分享, 分享时刻, compartir, partage, teilen"),
    "countdown": _words("countdown, 倒计时, cuenta atras, compte a rebours"),
    "draw": _words("draw, giveaway, 抽奖, sorteo, tirage, verlosung"),
    "script": _words("script, 稿子, 台词, 脚本, guion, texte, skript"),
    "note": _words("note, notes, 备注, nota, notas, remarque, notiz, bemerkung"),
    NOT_OURS: _words(
        "time start, start time, start, starts at, begin, begins, time end, end time, end, ends at, from, to, clock",
        "time of day, 开始时间, 结束时间, 开始, 结束, 时间点, hora de inicio, inicio, hora de fin, heure de debut, debut",
        "heure de fin, beginn, startzeit, ende, endzeit",
    ),
}

_ORDER_WORDS: Mapping[str, tuple[str, ...]] = {
    "order": _words(
        "order, order id, order number, order no, order #, order sn, order reference, purchase order, 订单, 订单号, 订单编号",
        "订单id, pedido, numero de pedido, id del pedido, commande, numero de commande, bestellung, bestellnummer",
        "auftragsnummer",
    ),
    "product": _words(
        "product, sku, seller sku, item sku, lineitem sku, sku reference no, custom label, product id, item",
        "商品, 货号, 商品编码, 商家编码, producto, produit, produkt, artikel, artikelnummer",
    ),
    "product_name": _words(
        "product name, item name, lineitem name, item title, product title, title, name, description, 商品名称, 产品名称, 商品标题",
        "nombre del producto, nom du produit, produktname, bezeichnung",
    ),
    "units": _words(
        "units, quantity, qty, quantity purchased, lineitem quantity, quantity ordered, 数量, 件数, 购买数量, cantidad",
        "unidades, quantite, menge, anzahl, stuck",
    ),
    "amount": _words(
        "amount, line total, item total, line amount, item subtotal, product subtotal, sku subtotal after discount, 金额, 实付",
        "实付金额, 小计, importe, monto, montant, betrag",
    ),
    "unit_price": _words(
        "price, unit price, item price, lineitem price, price each, deal price, sold for, paid price, 单价, 成交单价, precio",
        "precio unitario, prix, prix unitaire, preis, einzelpreis, stuckpreis",
    ),
    "total": _words(
        "total, order total, grand total, order amount, total price, total paid, order value, amount paid, total amount, 总价",
        "总金额, 订单金额, 订单总额, 合计, total del pedido, total de la commande, gesamt, gesamtbetrag, gesamtsumme, summe",
    ),
    "refunded": _words(
        "refunded, refunded amount, refund amount, order refund amount, amount refunded, 退款金额, 已退款, reembolso",
        "importe reembolsado, montant rembourse, erstattet, erstattungsbetrag",
    ),
    "status": _words(
        "status, state, order status, financial status, payment status, item status, 状态, 订单状态, 付款状态, estado",
        "estado del pedido, statut, etat, bestellstatus, zahlungsstatus",
    ),
    "cancelled": _words(
        "cancelled at, canceled at, cancelled time, cancellation date, 取消时间, fecha de cancelacion, storniert am",
    ),
    "currency": _words("currency, currency code, 币种, 货币, moneda, divisa, devise, wahrung"),
    "time": _words(
        "time, date, ordered at, order date, order time, created at, created time, creation date, order creation date",
        "purchase date, sale date, date ordered, placed at, create time, 时间, 下单时间, 创建时间, 付款时间, 日期, 订单日期",
        "fecha, fecha del pedido, hora, heure, date de commande, date de la commande, zeit, datum, bestelldatum",
    ),
    NOT_OURS: _words(
        "paid at, paid time, paid on date, payment date, fulfilled at, shipped time, shipped on date, date shipped",
        "delivered time, ship by date, subtotal, shipping, shipping price, taxes, sales tax, item tax, discount amount",
        "discount code, order net, fees, order type, order source, order item id, fulfillment status",
        "lineitem fulfillment status, shipping status, payment method, buyer name, customer name, full name",
        "lineitem compare at price, original price, payment reference, 运费, 优惠, 付款方式, 买家姓名, 收货人",
    ),
}

PRODUCT_WORDS = _with(_PRODUCT_WORDS, MORE_PRODUCT_WORDS)
RUNDOWN_WORDS = _with(_RUNDOWN_WORDS, MORE_RUNDOWN_WORDS)
ORDER_WORDS = _with(_ORDER_WORDS, MORE_ORDER_WORDS)

LANGUAGE_NAMES: Mapping[str, Sequence[str]] = {
    "en": _words("english, 英文, 英语, ingles, anglais, englisch"),
    "zh": _words("chinese, 中文, 汉语, chino, chinois, chinesisch"),
    "es": _words("spanish, 西班牙语, 西语, espanol, espagnol, spanisch"),
    "fr": _words("french, 法语, 法文, frances, francais, franzosisch"),
    "de": _words("german, 德语, 德文, aleman, allemand, deutsch"),
    "it": _words("italian, 意大利语, italiano, italien, italienisch"),
    "pt": _words("portuguese, 葡萄牙语, 葡语, portugues, portugais, portugiesisch"),
    "ja": _words("japanese, 日语, 日文, japones, japonais, japanisch"),
    "ko": _words("korean, 韩语, 韩文, coreano, coreen, koreanisch"),
    "ar": _words("arabic, 阿拉伯语, 阿语, arabe, arabisch"),
    "th": _words("thai, 泰语, 泰文, tailandes"),
    "vi": _words("vietnamese, 越南语, 越语, vietnamita, vietnamien"),
    "id": _words("indonesian, 印尼语, indonesio, indonesien, indonesisch"),
    "ms": _words("malay, 马来语, malayo, malais, malaiisch"),
    "hi": _words("hindi, 印地语"),
    "ru": _words("russian, 俄语, 俄文, ruso, russe, russisch"),
}
