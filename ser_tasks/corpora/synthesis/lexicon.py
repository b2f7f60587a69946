"""How the words of the sentences are pronounced: ARPAbet, 1 after the vowel that carries the accent."""

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
