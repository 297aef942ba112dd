"""Column headings in Portuguese, Indonesian, Vietnamese, Thai, Japanese, Korean, Arabic and Hindi, separated by commas."""

from collections.abc import Mapping

MORE_PRODUCT_WORDS: Mapping[str, str] = {
    "sku": "código do produto, código do item, kode produk, kode barang, nomor sku, nomor referensi sku, "
    "mã sản phẩm, mã hàng, mã sku, รหัสสินค้า, เลข sku, 商品コード, 品番, 商品番号, 型番, 상품코드, 품번, "
    "상품 번호, 모델명, رمز المنتج, رقم المنتج, كود المنتج, उत्पाद कोड, वस्तु कोड, एसकेयू",
    "name": "nome, nome do produto, produto, título, nama, nama produk, produk, nama barang, barang, tên, "
    "tên sản phẩm, sản phẩm, tên hàng, ชื่อ, ชื่อสินค้า, สินค้า, 商品名, 製品名, 品名, 名前, タイトル, "
    "상품명, 제품명, 상품, 이름, 상품 이름, الاسم, اسم المنتج, المنتج, اسم, العنوان, नाम, उत्पाद का नाम, "
    "उत्पाद, वस्तु, शीर्षक",
    "category": "categoria do produto, kategori, kategori produk, danh mục, ngành hàng, หมวดหมู่, カテゴリ, "
    "カテゴリー, 分類, 카테고리, 분류, الفئة, التصنيف, فئة, श्रेणी, वर्ग",
    "price": "preço, preço de venda, preço promocional, harga, harga jual, harga diskon, giá, giá bán, đơn giá, "
    "giá khuyến mãi, ราคา, ราคาขาย, ราคาสินค้า, 価格, 販売価格, 値段, 単価, セール価格, 가격, 판매가, "
    "판매가격, 할인가, السعر, سعر البيع, سعر, ثمن, मूल्य, कीमत, दाम, विक्रय मूल्य",
    "was": "preço original, preço anterior, preço de tabela, harga asli, harga awal, harga coret, giá gốc, "
    "giá cũ, giá niêm yết, ราคาเต็ม, ราคาเดิม, ราคาปกติ, 定価, 通常価格, 元値, 参考価格, 정가, 정상가, "
    "원가격, 소비자가, السعر الأصلي, السعر القديم, السعر قبل الخصم, मूल कीमत, पुराना मूल्य, "
    "अधिकतम खुदरा मूल्य",
    "unit_cost": "custo, preço de custo, custo unitário, harga modal, harga pokok, biaya, hpp, giá vốn, giá nhập, "
    "ต้นทุน, ราคาทุน, 原価, 仕入価格, 仕入れ値, コスト, 원가, 매입가, 공급가, التكلفة, سعر التكلفة, "
    "تكلفة الوحدة, लागत, क्रय मूल्य",
    "stock": "estoque, quantidade, stok, jumlah, jumlah stok, kuantitas, tồn kho, số lượng, kho hàng, สต็อก, จำนวน, "
    "คลัง, จำนวนคงเหลือ, 在庫, 在庫数, 数量, 재고, 재고수량, 수량, المخزون, الكمية, كمية, स्टॉक, मात्रा, "
    "भंडार",
    "link": "endereço, link do produto, tautan, link produk, liên kết, đường dẫn, ลิงก์, ลิงค์, リンク, 商品url, "
    "商品ページ, 링크, 상품 링크, 구매 링크, الرابط, رابط, رابط المنتج, लिंक, उत्पाद लिंक",
    "pictures": "imagem, imagens, foto, fotos, gambar, foto produk, hình ảnh, ảnh, ảnh sản phẩm, รูปภาพ, รูปสินค้า, "
    "画像, 商品画像, 写真, 画像url, 이미지, 사진, 상품 이미지, 대표 이미지, الصورة, الصور, صورة, صور, "
    "चित्र, तस्वीर, छवि",
    "delivery": "prazo de entrega, entrega, waktu pengiriman, lama pengiriman, thời gian giao hàng, ngày giao, "
    "ระยะเวลาจัดส่ง, เวลาจัดส่ง, 配送日数, お届け日数, 納期, 배송일, 배송기간, مدة التوصيل, مدة الشحن, "
    "التوصيل, डिलीवरी समय, वितरण समय",
    "freight": "frete, custo de envio, ongkir, ongkos kirim, biaya kirim, phí vận chuyển, phí ship, ค่าส่ง, "
    "ค่าจัดส่ง, 送料, 配送料, 배송비, 운임, الشحن, تكلفة الشحن, رسوم الشحن, शिपिंग, शिपिंग शुल्क",
    "duty": "imposto de importação, taxa alfandegária, bea masuk, pajak impor, thuế nhập khẩu, ภาษีนำเข้า, 関税, "
    "관세, الجمارك, الرسوم الجمركية, सीमा शुल्क",
    "return_rule": "devolução, política de devolução, retur, kebijakan retur, đổi trả, chính sách đổi trả, คืนสินค้า, "
    "นโยบายการคืน, 返品, 返品条件, 반품, 반품 정책, الإرجاع, سياسة الإرجاع, वापसी, वापसी नीति",
    "point": "ponto de venda, argumento de venda, nilai jual, keunggulan, điểm bán hàng, điểm nổi bật, จุดขาย, "
    "セールスポイント, 特長, 셀링포인트, 장점, نقطة البيع, ميزة, विक्रय बिंदु, विशेषता",
    "keyword": "palavra chave, kata kunci, từ khóa, คำสำคัญ, คีย์เวิร์ด, キーワード, 키워드, كلمة مفتاحية, मुख्य शब्द, कीवर्ड",
    "unit": "unidade, satuan, đơn vị, หน่วย, 単位, 단위, الوحدة, इकाई",
    "audience": "público alvo, target pasar, khách hàng mục tiêu, กลุ่มเป้าหมาย, ターゲット, 対象, 대상 고객, الجمهور المستهدف, लक्षित ग्राहक",
    "size_chart": "tabela de tamanhos, tabel ukuran, bảng size, ตารางไซส์, サイズ表, 사이즈표, جدول المقاسات, आकार चार्ट",
    "questions": "pergunta, perguntas, pertanyaan, câu hỏi, คำถาม, 質問, 질문, السؤال, الأسئلة, प्रश्न",
    "answers": "resposta, respostas, jawaban, trả lời, câu trả lời, คำตอบ, 回答, 答え, 답변, الإجابة, الإجابات, उत्तर",
}

MORE_RUNDOWN_WORDS: Mapping[str, str] = {
    "title": "título, bloco, segmento, judul, segmen, tiêu đề, phần, phân đoạn, หัวข้อ, ช่วง, タイトル, コーナー, "
    "項目, 제목, 코너, 순서, العنوان, الفقرة, शीर्षक, खंड",
    "minutes": "minutos, duração, tempo, menit, durasi, phút, thời lượng, นาที, ระยะเวลา, 分, 分数, 所要時間, 時間, "
    "尺, 분, 시간, 소요시간, 길이, الدقائق, المدة, मिनट, अवधि",
    "product": "produto, produk, sản phẩm, สินค้า, 商品, 상품, المنتج, उत्पाद",
    "act": "ato, babak, hồi, องก์, 幕, 막, الفصل, अंक",
    "cues": "dicas, lembretes, petunjuk, gợi ý, โน้ต, คิว, キュー, 要点, 큐, 메모 포인트, ملاحظات العرض, संकेत",
    "scene": "cena, adegan, cảnh, ฉาก, シーン, 장면, المشهد, दृश्य",
    "host": "apresentador, apresentadora, pembawa acara, host, người dẫn, พิธีกร, ホスト, 司会, 진행자, 호스트, "
    "المقدم, المضيف, मेज़बान, प्रस्तुतकर्ता",
    "script": "roteiro, naskah, kịch bản, สคริปต์, บท, 台本, 대본, النص, السيناريو, स्क्रिप्ट, पटकथा",
    "note": "observação, observações, catatan, ghi chú, หมายเหตุ, 備考, メモ, 비고, 메모, ملاحظة, ملاحظات, टिप्पणी, नोट",
}

MORE_ORDER_WORDS: Mapping[str, str] = {
    "product_name": "nome do produto, nama produk, tên sản phẩm, ชื่อสินค้า, 商品名, 상품명, اسم المنتج, उत्पाद का नाम",
    "order": "pedido, número do pedido, id do pedido, pesanan, no pesanan, nomor pesanan, mã đơn hàng, đơn hàng, "
    "số đơn hàng, คำสั่งซื้อ, หมายเลขคำสั่งซื้อ, เลขที่คำสั่งซื้อ, 注文, 注文番号, 注文id, 주문, 주문번호, "
    "رقم الطلب, الطلب, ऑर्डर, ऑर्डर संख्या, आदेश संख्या",
    "product": "produto, número de referência sku, produk, nomor referensi sku, "
    "sản phẩm, mã sku, sku phân loại hàng, สินค้า, เลขอ้างอิง sku, 商品, "
    "商品コード, 品番, 상품, 상품코드, المنتج, رمز المنتج, उत्पाद, उत्पाद कोड",
    "units": "quantidade, jumlah, kuantitas, số lượng, จำนวน, 数量, 個数, 수량, الكمية, मात्रा",
    "amount": "valor, subtotal do produto, jumlah harga, subtotal produk, thành tiền, tổng giá bán, ยอดรวมสินค้า, "
    "金額, 小計, 금액, المبلغ, राशि",
    "unit_price": "preço, preço unitário, preço acordado, harga, harga satuan, harga setelah diskon, giá, đơn giá, "
    "giá ưu đãi, ราคา, ราคาขาย, 単価, 価格, 단가, 가격, السعر, سعر الوحدة, मूल्य, इकाई मूल्य",
    "total": "total do pedido, valor total, total global, total, total pembayaran, total pesanan, tổng tiền, "
    "tổng cộng, tổng giá trị đơn hàng, ยอดรวม, ยอดชำระ, จำนวนเงินทั้งหมด, 合計, 合計金額, 総額, 총액, "
    "합계, 결제금액, 총 결제금액, الإجمالي, المجموع, إجمالي الطلب, कुल, कुल राशि",
    "status": "status do pedido, status pesanan, trạng thái, trạng thái đơn hàng, สถานะ, สถานะการสั่งซื้อ, "
    "ステータス, 状態, 注文状況, 상태, 주문상태, الحالة, حالة الطلب, स्थिति, ऑर्डर स्थिति",
    "currency": "moeda, mata uang, tiền tệ, đơn vị tiền tệ, สกุลเงิน, 通貨, 통화, العملة, मुद्रा",
    "time": "data, data do pedido, hora, tanggal, waktu, waktu pesanan dibuat, tanggal pesanan, ngày, "
    "ngày đặt hàng, thời gian, วันที่, วันที่ทำการสั่งซื้อ, เวลา, 日時, 注文日, 注文日時, 日付, 날짜, "
    "주문일, 주문일시, 시간, التاريخ, تاريخ الطلب, الوقت, तारीख, दिनांक, ऑर्डर तिथि",
}
