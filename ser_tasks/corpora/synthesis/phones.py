"""The sounds of English as targets of the synthesiser, in ARPAbet, and the pronunciation of the words of sentences."""

from typing import NamedTuple

Formants = tuple[float, float, float]  # F1, F2, F3 in Hz
Band = tuple[float, float]  # centre and width of frication, in Hz

# Average formants of 33 men and 28 women: Peterson & Barney (1952), doi:10.1121/1.1906875, table II
VOWELS: dict[str, dict[str, Formants]] = {
    "IY": {"male": (270, 2290, 3010), "female": (310, 2790, 3310)},  # heed
    "IH": {"male": (390, 1990, 2550), "female": (430, 2480, 3070)},  # hid
    "EH": {"male": (530, 1840, 2480), "female": (610, 2330, 2990)},  # head
    "AE": {"male": (660, 1720, 2410), "female": (860, 2050, 2850)},  # had
    "AA": {"male": (730, 1090, 2440), "female": (850, 1220, 2810)},  # hod
    "AO": {"male": (570, 840, 2410), "female": (590, 920, 2710)},  # hawed
    "UH": {"male": (440, 1020, 2240), "female": (470, 1160, 2680)},  # hood
    "UW": {"male": (300, 870, 2240), "female": (370, 950, 2670)},  # who'd
    "AH": {"male": (640, 1190, 2390), "female": (760, 1400, 2780)},  # hud
    "ER": {"male": (490, 1350, 1690), "female": (500, 1640, 1960)},  # by ear
    "AX": {"male": (500, 1500, 2500), "female": (590, 1770, 2950)},  # about: the uniform tube
}
DIPHTHONGS = {
    "AY": ("AA", "IH"),
    "EY": ("EH", "IY"),
    "OW": ("AO", "UH"),
    "AW": ("AA", "UH"),
    "OY": ("AO", "IH"),
}
LONG = {"IY", "AA", "AO", "UW", "ER", "AE", *DIPHTHONGS}

FEMALE_SCALE = 1.18  # formants of a consonant, women to men: the mean ratio of the table above
LIPS, TEETH, RIDGE, PALATE, VELUM = (  # loci of the places of articulation, men
    (250.0, 900.0, 2200.0),
    (300.0, 1400.0, 2600.0),
    (280.0, 1750.0, 2650.0),
    (270.0, 2000.0, 2600.0),
    (260.0, 1950.0, 2350.0),
)
NO_BAND: Band = (4_000.0, 3_000.0)
S_BAND: Band = (6_000.0, 2_000.0)
SH_BAND: Band = (3_300.0, 1_500.0)

_ENTRIES = """
a AX
again AX G EH1 N
alone AX L OW1 N
am AE M
are AA R
at AE T
bag B AE1 G
beautiful B Y UW1 T IH F AX L
best B EH1 S T
book B UH1 K
box B AA1 K S
call K AO1 L
came K EY1 M
can K AX N
city S IH1 T IY
dance D AE1 N S
dare D EH1 R
day D EY1
fault F AO1 L T
form F AO1 R M
from F R AX M
game G EY1 M
garden G AA1 R D AX N
get G EH1 T
glad G L AE1 D
go G OW1
going G OW1 IH NG
gone G AO1 N
has HH AE Z
hate HH EY1 T
he HH IY
here HH IH1 R
home HH OW1 M
house HH AW1 S
how HH AW1
hurts HH ER1 T S
i AY
in IH N
is IH Z
it IH T
key K IY1
kitchen K IH1 CH AX N
leave L IY1 V
leaves L IY1 V Z
left L EH1 F T
letter L EH1 T ER
listen L IH1 S AX N
lost L AO1 S T
love L AH1 V
lovely L AH1 V L IY
me M IY
meeting M IY1 T IH NG
miss M IH1 S
monday M AH1 N D EY
never N EH1 V ER
next N EH1 K S T
nine N AY1 N
nobody N OW1 B AX D IY
noon N UW1 N
now N AW1
of AX V
office AO1 F IH S
on AA N
opens OW1 P AX N Z
out AW1 T
page P EY1 JH
paper P EY1 P ER
parts P AA1 R T S
phone F OW1 N
please P L IY1 Z
put P UH1 T
read R IY1 D
saw S AO1
see S IY1
she SH IY
so S OW1
station S T EY1 SH AX N
stop S T AA1 P
table T EY1 B AX L
take T EY1 K
ten T EH1 N
the DH AX
they DH EY
this DH IH1 S
to T UW
today T AX D EY1
tomorrow T AX M AA1 R OW
tonight T AX N AY1 T
took T UH1 K
touching T AH1 CH IH NG
train T R EY1 N
turn T ER1 N
two T UW1
us AX S
we W IY
what W AH1 T
will W IH L
with W IH DH
won W AH1 N
you Y UW
your Y AO R
"""

LEXICON: dict[str, tuple[str, ...]] = {
    word: tuple(phones) for word, *phones in (entry.split() for entry in _ENTRIES.strip().splitlines())
}


class Segment(NamedTuple):
    """A piece of sound with one target; amplitudes are linear, 1 is a full vowel."""

    duration: float  # s, at an ordinary tempo
    voicing: float = 0.0  # glottal source
    breath: float = 0.0  # noise from the glottis
    frication: float = 0.0  # noise from a constriction, which bypasses the tract
    band: Band = NO_BAND
    formants: Formants | None = None  # None: on the way to the next target
    damping: float = 1.0  # of the bandwidths: a nasal or a closed mouth absorbs


def _stop(place: Formants, band: Band, *, voiced: bool) -> tuple[Segment, ...]:
    """Closure, burst, and for a voiceless stop aspiration."""
    closure = Segment(0.055, voicing=0.10 if voiced else 0.0, formants=place, damping=4.0)
    burst = Segment(0.012, voicing=0.2 if voiced else 0.0, frication=0.5, band=band, formants=place)
    if voiced:
        return closure, burst
    return closure, burst, Segment(0.030, breath=0.5)


def _fricative(place: Formants, band: Band, loudness: float, *, voiced: bool) -> tuple[Segment, ...]:
    if voiced:
        return (Segment(0.070, 0.25, 0.0, 0.5 * loudness, band, place, 2.0),)
    return (Segment(0.095, 0.0, 0.0, loudness, band, place, 2.0),)


def _sonorant(duration: float, voicing: float, formants: Formants, damping: float) -> tuple[Segment, ...]:
    return (Segment(duration, voicing=voicing, formants=formants, damping=damping),)


CONSONANTS: dict[str, tuple[Segment, ...]] = {
    "P": _stop(LIPS, (1_000.0, 1_500.0), voiced=False),
    "B": _stop(LIPS, (1_000.0, 1_500.0), voiced=True),
    "T": _stop(RIDGE, (4_500.0, 2_500.0), voiced=False),
    "D": _stop(RIDGE, (4_500.0, 2_500.0), voiced=True),
    "K": _stop(VELUM, (2_000.0, 1_000.0), voiced=False),
    "G": _stop(VELUM, (2_000.0, 1_000.0), voiced=True),
    "F": _fricative(LIPS, (5_000.0, 5_000.0), 0.12, voiced=False),
    "V": _fricative(LIPS, (5_000.0, 5_000.0), 0.12, voiced=True),
    "TH": _fricative(TEETH, (5_500.0, 4_500.0), 0.10, voiced=False),
    "DH": _fricative(TEETH, (5_500.0, 4_500.0), 0.08, voiced=True),
    "S": _fricative(RIDGE, S_BAND, 0.45, voiced=False),
    "Z": _fricative(RIDGE, S_BAND, 0.40, voiced=True),
    "SH": _fricative(PALATE, SH_BAND, 0.50, voiced=False),
    "CH": (_stop(PALATE, SH_BAND, voiced=False)[0], *_fricative(PALATE, SH_BAND, 0.5, voiced=False)),
    "JH": (_stop(PALATE, SH_BAND, voiced=True)[0], *_fricative(PALATE, SH_BAND, 0.5, voiced=True)),
    "HH": (Segment(0.055, breath=0.6),),
    "M": _sonorant(0.065, 0.45, (250.0, 1_000.0, 2_200.0), 2.0),
    "N": _sonorant(0.060, 0.45, (250.0, 1_500.0, 2_500.0), 2.0),
    "NG": _sonorant(0.070, 0.45, (250.0, 2_000.0, 2_600.0), 2.0),
    "L": _sonorant(0.060, 0.60, (360.0, 1_000.0, 2_700.0), 1.3),
    "R": _sonorant(0.060, 0.65, (330.0, 1_100.0, 1_500.0), 1.2),
    "W": _sonorant(0.060, 0.60, (300.0, 650.0, 2_200.0), 1.2),
    "Y": _sonorant(0.055, 0.65, (270.0, 2_200.0, 3_000.0), 1.2),
}


def segments(phone: str, gender: str) -> tuple[Segment, ...]:
    """Targets of one phone, such as `S`, `AY1` (stressed) or `AX`.

    Args:
        phone: ARPAbet; a vowel may carry a stress mark, 1
        gender: female or male
    """
    name = phone.rstrip("1")
    if name in CONSONANTS:
        scale = FEMALE_SCALE if gender == "female" else 1.0
        return tuple(_scaled(segment, scale) for segment in CONSONANTS[name])
    stressed, duration = phone.endswith("1"), 0.13 if name in LONG else 0.09
    targets = DIPHTHONGS.get(name, (name,))
    each = duration * (1.15 if stressed else 0.75) / len(targets)
    voicing = 1.0 if stressed else 0.8
    return tuple(Segment(each, voicing=voicing, formants=VOWELS[target][gender]) for target in targets)


def _scaled(segment: Segment, scale: float) -> Segment:
    if segment.formants is None:
        return segment
    f1, f2, f3 = segment.formants
    return segment._replace(formants=(scale * f1, scale * f2, scale * f3))
