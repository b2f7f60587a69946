"""Letters beyond ASCII of the languages that tables are written in, and the encodings that have them."""

from dataclasses import dataclass


def _common(codec: str, first: int, last: int) -> str:
    """Characters of the rows of a set of two bytes that hold the common ones."""
    pairs = (bytes((row, cell)) for row in range(first, last + 1) for cell in range(0x40, 0xFF))
    return "".join(pair.decode(codec, errors="ignore") for pair in pairs)


# German; Spanish; French; Italian; Portuguese; Scandinavian; Dutch
WESTERN = ("äöüß", "áéíñóúü", "éèàùâêîôûëïüçœæ", "àèéìòù", "áâãàçéêíóôõú", "åäöéøæ", "ëéïóöüèá")
# Polish; Czech; Hungarian; Romanian; Croatian and Slovene; Slovak; German
CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áéíóöőúüű", "ăâîşţ", "čćđšž", "áäčďéíĺľňóôŕšťúýž", "äöüß")
TURKISH = ("çğıöşüâîû",)
BALTIC = ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž")
LATIN = frozenset((*WESTERN, *CENTRAL, *TURKISH, *BALTIC))
# the more frequent letters first, which tells those apart that share their bytes
RUSSIAN = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"
CYRILLIC = (RUSSIAN, "оаинвтерісклупмдязьбгчйхєжїюшцщґф", "аоиеннртсјукдвлмпзгбчшцжњхљћђфџ")
GREEK = ("αοιετσνηυρπκμλςίόάέήύώωδγχθφβξζψϊϋΐΰ",)
HEBREW = ("יהולארתבמשןםנעדחקפכגטסצזךףץ",)
ARABIC = ("اليمونترةبعدسفهكقأحجشطصىخإذزضغئثءظؤآپچژگکی",)
JAPANESE = ("".join(map(chr, (*range(0x3041, 0x3097), *range(0x30A1, 0x30FB)))) + _common("euc_jp", 0xB0, 0xCF),)
CHINESE = (_common("gb2312", 0xB0, 0xD7),)
TRADITIONAL = (_common("big5", 0xA4, 0xC6),)
KOREAN = (_common("euc_kr", 0xB0, 0xC8),)
TWO_BYTES = frozenset((*JAPANESE, *CHINESE, *TRADITIONAL, *KOREAN))


@dataclass(frozen=True)
class Encoding:
    """One that tables come in: Python's codec, and the letters of each language that is written in it."""

    codec: str
    languages: tuple[str, ...]


ENCODINGS = {  # as `--encoding` takes them; of those that a table fits alike, the first
    "windows-1252": Encoding("cp1252", WESTERN),
    "windows-1251": Encoding("cp1251", CYRILLIC),
    "shift_jis": Encoding("cp932", JAPANESE),
    "euc-kr": Encoding("cp949", KOREAN),
    "gb18030": Encoding("gb18030", CHINESE),
    "euc_jp": Encoding("euc_jp", JAPANESE),
    "big5": Encoding("cp950", TRADITIONAL),
    "windows-1250": Encoding("cp1250", CENTRAL),
    "iso-8859-2": Encoding("iso8859_2", CENTRAL),
    "windows-1254": Encoding("cp1254", TURKISH),
    "windows-1253": Encoding("cp1253", GREEK),
    "windows-1255": Encoding("cp1255", HEBREW),
    "windows-1256": Encoding("cp1256", ARABIC),
    "windows-1257": Encoding("cp1257", BALTIC),
    "koi8-r": Encoding("koi8_r", (RUSSIAN,)),
    "mac_roman": Encoding("mac_roman", WESTERN),
    "cp850": Encoding("cp850", WESTERN),
    "cp866": Encoding("cp866", (RUSSIAN,)),
}
SUPERSETS = {  # Python's name -> what Windows writes under it
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "cp950",
}
