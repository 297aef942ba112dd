"""The commonest words of shop chats in each language with Latin letters, without accents. They tell the language of a short line."""

from collections.abc import Mapping

LANGUAGE_WORDS: Mapping[str, str] = {
    "de": "der die das den dem ein eine einen ich du er wir ihr mir mich dir ist sind war bin hab habe habt hat haben gibt gibts "
    "kann kannst konnt muss will mochte und oder aber nicht nix kein keine noch schon sehr viel zu mal bitte danke fur mit "
    "auf aus bei nach von vom zum zur wie was wo wann warum welche welcher welches wieviel teuer gunstig grosse farbe schwarz "
    "rot blau weiss versand lieferung bestellt bestellen kaufen kostet preis rabatt guten abend hallo zusammen ja nein auch "
    "nur heute morgen nehme gut echt",
    "en": "the a an is are was be i im you u ur it its this that these those do does did can could will would have has had got get "
    "i'm it's don't and or but not no yes of for from with without to too so very much many how what where when why which who "
    "please pls plz thanks thx ty ship shipping buy bought order ordered price cost color colour black white red blue pink "
    "one ones love like want need show back next there here any available stock restock discount code first time everyone "
    "pretty cute beautiful cheap expensive good nice great hello hey my your me just still again real fit wait sold come "
    "coming out size in at on",
    "es": "el la los las un una unos unas lo le me te se mi tu su yo es son esta estan ser soy hay tiene tienen tengo quiero "
    "quisiera puedo puede pueden y o pero no si muy mas menos cuanto cuanta cuantos cual cuales que q k donde cuando como "
    "quien por para xfa porfa favor pf de del con sin en al ya hola bb buenas buenos dias noches gracias envio envios enviar "
    "hacen llega llego pedido compro compre comprar cuesta cuestan vale sale precio talla tallas color rojo negro negra azul "
    "blanco blanca verde hermoso hermosa lindo linda bonito bonita bolsa bolso vestido zapatos barato caro descuento tarjeta "
    "aceptan encanta encanto original saludos desde muestra otro otra ahi aqui eso ese esa",
    "fil": "ang ng mga sa ko mo po opo ba na naman lang din rin kayo ako ikaw siya kami tayo magkano saan kailan paano meron wala pa "
    "yung ito iyan pwede gusto mahal maganda salamat pabili bili kulay itim pula ate kuya sis mine free lng",
    "fr": "le la les un une des du de au aux je j'ai jsuis tu il elle on nous vous c'est cest est sont suis ai avez a y ca ce cette "
    "ces mon ma mes votre vos et ou mais pas plus tres trop bien combien quel quelle quelles quand comment pourquoi qui que "
    "quoi dans pour par avec sans en sur svp stp merci bonjour bonsoir salut oui non prix taille couleur noir noire rouge "
    "bleu blanc belle beau livraison livrez livrer commande commander acheter achete prends veux voudrais peut peux payer "
    "cher chere promo reduction arriere montrez jours deja recu petit grand robe sac chaussures",
    "id": "berapa brp harga harganya apa apakah ada ga gak nggak ngga enggak tidak bisa bs kak kakak min mimin bang gan sis dong "
    "donk sih nih nya deh kok lho aja saja udah udh sudah belum blm mau pengen pesan pesannya beli kirim dikirim ongkir ke "
    "dari di yang yg ini itu aku saya kamu gimana bagaimana kapan kenapa dimana warna ukuran bahan bahannya merah hitam item "
    "putih biru bagus cantik lucu mahal murah banget bgt amat makasih terima kasih tolong hari lagi juga buat untuk sama "
    "dengan kalo kalau masih habis ready stok diskon spill sepatu baju tas halo barang barangnya sampe sampai asli kulit "
    "bukan keren",
    "it": "il lo la i gli le un uno una di del della dei delle che chi cosa e sono sei ho hai ha abbiamo avete hanno c'e ce mi ti "
    "si vi ne io tu noi voi questo questa quello quella o ma non piu molto troppo quanto quanta quanti quale quando dove come "
    "perche per con senza in nel nella al alla da ciao grazie mille buonasera buongiorno prezzo costa costano taglia taglie "
    "colore nero nera rosso rossa bianco blu bella bello bellissima bellissimo borsa spedite spedizione sconto pagare "
    "comprare ordinata ordinato voglio vorrei posso puo arriva pacco trovo vedere fai gia cara caro tutti",
    "ms": "berapa harga apa ada tak x takde tiada boleh blh nak hendak awak korang saya akak abang kak sis ni tu itu ini dia mana "
    "macam bila kenapa dah sudah belum lagi je ja la lah ke kan pun pos penghantaran duit ringgit rm beli order saiz warna "
    "baju kasut beg cantik cantiknya lawa lawanya comel sangat sgt mahal murah selesa kain panas merah hitam putih biru "
    "terima kasih tq barang sampai tunjuk belakang diskaun esok semalam nanti macamana camne sedap best dekat kat dengan "
    "untuk yang habis",
    "nl": "de het een ik jij je u hij wij jullie is zijn was ben heb heeft hebben kan kun mag moet wil en of maar niet geen wel nog "
    "al heel veel te hoeveel wat waar wanneer waarom welke wie hoe kost kosten prijs maat kleur zwart rood wit blauw mooi "
    "mooie verzenden verzending levering bestellen besteld kopen gekocht korting graag alstublieft aub dank bedankt hallo "
    "goedenavond ja nee ook voor met naar van op uit bij deze dit",
    "pl": "jest sa to ta ten te nie tak ja ty on ona my wy mam masz ma czy ile kosztuje co gdzie kiedy jak jaki jaka jakie ktory "
    "dla do z ze na w i a ale juz bardzo za prosze dziekuje dzieki czesc witam dzien dobry cena rozmiar kolor czarny czarna "
    "czerwony bialy ladny ladna piekny piekna wysylka dostawa zamowic kupic kupilam chce moge drogo",
    "pt": "o os as um uma uns umas eu vc vcs voce voces ele ela nos meu minha seu sua e sao ta tao esta estao tem tenho temos quero "
    "queria posso pode da pra pro para por de do dos das no na nas em com sem ao a que q qual quais quanto qnt qto quanta "
    "quantos onde quando como quem nao n sim ss mais muito mt mto demais ja ainda tambem tb tbm oi ola boa bom dia tarde "
    "noite gente meninas obrigada obrigado obg pfv pf favor entrega entregam frete envia enviam chegou comprei comprar compro "
    "custa preco valor tamanho cor preta preto vermelho vermelha azul branca branco lindo linda amei adorei bolsa vestido "
    "sapato couro caro barato cupom desconto aceita cartao manda mostra achei gostei esse essa isso aquele novo tudo bem",
    "tr": "bu su o ben sen biz siz mi mu var yok ne kadar kac tl lira nasil nerede nereden zaman hangi hangisi neden ve ya da ama "
    "icin ile cok daha en bir iki sonra lutfen tesekkurler tesekkur sagol merhaba selam herkese fiyat fiyati beden renk siyah "
    "siyahi kirmizi beyaz mavi guzel pahali ucuz kargo siparis verdim aldim alabilirim almak istiyorum isterim gelir geldi "
    "gelecek indirim kodu gercek deri kaldi oluyor olur canli yayin",
    "vi": "bao nhieu gia co khong ko k khg hong shop oi cho minh toi em anh chi xin voi nhe nha a vay the nao mua ban o dau khi mau "
    "den do trang xanh dep qua xinh dat re con hang het size ship ve ha noi sai gon ngay lau may cam on da that hay xem mat "
    "sau mac nong roi lay ca giam",
}  # fmt: skip
# Words of every shop's chat: they say nothing about the language.
EVERYWHERE = frozenset((
    "ok", "okay", "live", "link", "size", "shop", "cod", "pix", "online", "video", "instagram", "tiktok", "whatsapp", "dm", "pm", "top",
    "super", "wow", "omg", "vip", "vs", "bb", "xl", "xxl", "sm", "md", "lg", "cf", "pre", "po", "checkout",
))  # fmt: skip
