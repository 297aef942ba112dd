"""The words that shops write over their columns, in the languages that they keep them in: without accents, in small letters."""

from collections.abc import Mapping, Sequence


def _words(*lines: str) -> Sequence[str]:
    return tuple(word.strip() for line in lines for word in line.split(","))


PRODUCT_WORDS: Mapping[str, Sequence[str]] = {
    "id": _words("id, product id, 产品id, 商品id, id de producto, id produit, produkt id"),
    "sku": _words(
        "sku, article number, item number, item no, product code, 货号, 商品编码, 编码, 款号, referencia",
        "reference, ref, codigo, artikelnummer, artikelnr",
    ),
    "name": _words(
        "name, title, product, product name, item, 商品名称, 产品名称, 品名, 名称, 商品, 产品, nombre, producto",
        "titulo, nom, produit, titre, nom du produit, produktname, produkt, bezeichnung, artikel",
    ),
    "category": _words("category, 类目, 分类, 品类, 类别, categoria, categorie, kategorie, warengruppe"),
    "role": _words("role, 角色, 定位, rol, rolle"),
    "price_band": _words("price band, price range, 价格带, 价位, rango de precio, gamme de prix, preisklasse"),
    "pain_point": _words("pain point, problem, 痛点, problema, punto de dolor, probleme, point de douleur, schmerzpunkt"),
    "audience": _words("audience, target group, 目标人群, 人群, 受众, publico, audiencia, public cible, public, zielgruppe"),
    "unit": _words("unit, 单位, unidad, unite, einheit"),
    "return_rule": _words("return rule, returns, return policy, 退货规则, 退货, devoluciones, devolucion, retours, retour, ruckgabe"),
    "point": _words(
        "point, selling point, key point, 卖点, 核心卖点, punto de venta, argumento, argument de vente, argument",
        "verkaufsargument",
    ),
    "keyword": _words("keyword, 关键词, palabra clave, mot cle, stichwort, schlagwort"),
    "scenarios": _words("scenario, scenarios, use, use case, 场景, 使用场景, escenario, escenarios, usage, anwendung, szenario"),
    "questions": _words("question, questions, 问题, 常见问题, pregunta, preguntas, frage, fragen"),
    "answers": _words("answer, answers, 回答, 答案, respuesta, respuestas, reponse, reponses, antwort, antworten"),
    "competitors": _words("competitor, competitors, 竞品, 竞争对手, competidor, competidores, concurrent, concurrents, wettbewerber"),
    "theirs": _words("theirs, 对方, suyo, le leur, deren"),
    "ours": _words("ours, 我方, nuestro, le notre, unseres"),
    "claims": _words(
        "claim, claims, 宣称, 功效宣称, afirmacion, afirmaciones, allegation, allegations, behauptung",
        "werbeaussage",
    ),
    "evidence": _words("evidence, proof, 证明, 依据, prueba, evidencia, preuve, preuves, nachweis"),
    "price": _words("price, sale price, live price, 价格, 售价, 直播价, 单价, precio, prix, preis, verkaufspreis"),
    "was": _words(
        "was, list price, old price, regular price, 原价, 划线价, 市场价, precio anterior, precio normal",
        "ancien prix, prix barre, alter preis, statt, uvp",
    ),
    "unit_cost": _words(
        "unit cost, cost, cost price, 成本, 成本价, 进价, coste, costo, cout, prix de revient, kosten",
        "einkaufspreis",
    ),
    "stock": _words(
        "stock, units, quantity, qty, inventory, 库存, 数量, existencias, inventario, cantidad, quantite, bestand",
        "lagerbestand, menge",
    ),
    "delivery": _words(
        "delivery days, delivery, delivery time, shipping days, shipping time, 时效, 物流时效, 配送天数",
        "plazo de entrega, entrega, delai de livraison, livraison, lieferzeit",
    ),
    "freight": _words(
        "freight, shipping, shipping cost, 运费, envio, gastos de envio, frais de port, port, versandkosten",
        "versand",
    ),
    "return_freight": _words("return freight, return shipping, 退货运费, envio de devolucion, frais de retour, rucksendekosten"),
    "duty": _words("duty, customs duty, 关税, 税率, arancel, droits de douane, zoll"),
    "link": _words("link, url, product link, 链接, 商品链接, 网址, enlace, lien"),
    "size_chart": _words("size chart, sizes, 尺码表, 尺码, tabla de tallas, tallas, guide des tailles, tailles, grossentabelle"),
    "pictures": _words("picture, pictures, picture ids, 图片, imagen, imagenes, image, images, bild, bilder"),
    "native_reviewed": _words("native reviewed, reviewed by a native speaker, 母语审校, 母语校对"),
}

RUNDOWN_WORDS: Mapping[str, Sequence[str]] = {
    "id": _words("id, segment id"),
    "title": _words(
        "title, segment, name, item, 环节, 标题, 名称, 内容, titulo, segmento, bloque, titre, sequence, titel",
        "abschnitt",
    ),
    "act": _words("act, 阶段, 幕, acto, acte, akt"),
    "minutes": _words(
        "minutes, planned minutes, duration, length, time, 时长, 分钟, 计划时长, minutos, duracion, duree, minuten",
        "dauer",
    ),
    "product": _words("product, sku, 商品, 产品, 货号, producto, produit, produkt, artikel"),
    "role": _words("role, 角色, 定位, rol, rolle"),
    "backup": _words("backup, backup product, 备选, 备用, 备品, reserva, respaldo, remplacement, secours, ersatz"),
    "cues": _words("cue, cues, 提示, 要点, indicaciones, reperes, stichpunkte, hinweise"),
    "scene": _words("scene, 场景, escena, szene"),
    "host": _words("host, 主播, 主持, 主持人, presentador, anfitrion, animateur, presentateur, moderator, moderation"),
    "interpreter": _words("interpreter, 翻译, 口译, interprete, dolmetscher"),
    "needs_interpreter": _words("needs interpreter, interpreter needed, 需要翻译, 需要口译, necesita interprete, besoin d interprete"),
    "share_moment": _words("share moment, share, 分享, 分享时刻, compartir, partage, teilen"),
    "countdown": _words("countdown, 倒计时, cuenta atras, compte a rebours"),
    "draw": _words("draw, giveaway, 抽奖, sorteo, tirage, verlosung"),
    "script": _words("script, 稿子, 台词, 脚本, guion, texte, skript"),
    "note": _words("note, notes, 备注, nota, notas, remarque, notiz, bemerkung"),
}

ORDER_WORDS: Mapping[str, Sequence[str]] = {
    "order": _words(
        "order, order id, order number, order no, 订单, 订单号, 订单编号, pedido, numero de pedido, commande",
        "numero de commande, bestellung, bestellnummer",
    ),
    "product": _words("product, sku, product id, item, 商品, 货号, 商品编码, producto, produit, produkt, artikel, artikelnummer"),
    "units": _words("units, quantity, qty, 数量, 件数, cantidad, unidades, quantite, menge, anzahl, stuck"),
    "amount": _words("amount, total, price, 金额, 总价, 实付, 实付金额, importe, monto, montant, prix, betrag, summe, preis"),
    "currency": _words("currency, 币种, 货币, moneda, divisa, devise, wahrung"),
    "time": _words("time, date, ordered at, created at, 时间, 下单时间, 付款时间, 日期, fecha, hora, heure, zeit, datum"),
}

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
