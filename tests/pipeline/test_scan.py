"""What may tell who somebody is: found in labelled lines, in each kind, in time, and without the network."""

import re
import subprocess
import sys
import time
from itertools import pairwise

import pytest

from interview_tui.pipeline.transcript_anonymised import scan

# Every person, place and service is invented. {TYPE|words} marks what a reader would take out. The lines were written
# before the rules were tried on them.
LABELLED = """\
So I was living in {PLACE|Todmorden} at the time, with {PERSON|Marguerita} and her two boys.
The first person who listened was a nurse called {PERSON|Olamide}, on {ORG|Juniper Ward}.
{PERSON|Dr Pargeter} said it was all in my head, and I believed her for about a year.
I'd been under the {ORG|South Pennine Recovery Team} since {DATE|March 2017}.
My sister {PERSON|Hodan} rang them. She said, "{PERSON|Abdi}, they're not coming out tonight."
I was {AGE|nineteen} when I had my daughter, and {AGE|twenty-two} when they took her.
You can get me on {CONTACT|07700 900614} if anything changes, or my mum on {CONTACT|020 7946 0321}.
My e-mail, it's {CONTACT|z.okonjo-bright@example.org}, all lower case.
They wrote my NHS number down wrong, it's {ID|943 476 5919}, I know it off by heart.
Well, {PERSON|Will} was the one who drove me. I will never forget that. {PERSON|Will} just sat there.
We moved from {PLACE|Mogadishu} to {PLACE|Bow}, and then to a flat off the {PLACE|Roman Road}.
I worked at {ORG|Pemberley and Sons} for eleven years, in the warehouse.
On the {DATE|14th of February 2020} I was sectioned. Valentine's Day, you couldn't make it up.
{PERSON|Nkechi}'s baby was born at {ORG|St Brannoc's Hospital}, the same week as mine.
So I went to {ORG|the Larkrise Centre}, it's a drop-in, and met {PERSON|Thanh}.
I mean, {PERSON|Mrs Ravenscroft} at the school, {ORG|Holybrook Primary}, she noticed before anyone.
He's {AGE|seven years old} now and he still asks for {PERSON|Nanny Pat}.
I'm {AGE|43}, and nobody had ever asked me that before.
Their address was {PLACE|17 Quince Tree Lane}, just by the station.
The postcode's {PLACE|LS99 9ZZ}, I think.
it was {PERSON|siobhán} who found me, and then her brother {PERSON|Ciarán} came over from {PLACE|Derry}.
The consultant, {PERSON|Professor Achterberg}, never once looked up from his screen.
I told {PERSON|Reverend Tansley} everything. He's at {ORG|St Oswin's Church}.
It was {DATE|summer 2018}, I'd just finished at {ORG|Northmoor College}.
There's a group in {PLACE|Hebden Bridge} run by {ORG|Calder Minds}, and {PERSON|Xiu Ying} goes there too.
My mum came over from {PLACE|Sylhet} in {DATE|1974} and she's never trusted doctors.
Grace is what I needed, and {PERSON|Grace} is who I got. Funny, that.
My key worker was {PERSON|Tomasz Wojciechowska} and after that I had {PERSON|Bev}.
They put me on the {ORG|Amberley Unit} and nobody told {PERSON|Delroy}.
Is {PERSON|Eilidh} still there? She must be in her {AGE|mid-fifties} by now.
It was {DATE|03/11/2016}. I remember because the letter had it at the top.
The sergeant said my case number was {ID|RX4471902} and that was the last I heard.
It was oh eight hundred but {PERSON|Jaswinder} gave me hers, {CONTACT|oh seven seven double oh nine hundred one two}.
Then {ORG|Harrowgate Housing Association} put us in a hostel in {PLACE|Moss Side}.
I used to be a {OTHER|paediatric nurse}, so I knew exactly what they weren't telling me.
My tutor at {ORG|the University of Eastmere}, {PERSON|Dr Oyelaran}, wrote a letter for me.
On {DATE|Tuesday the 9th of June} I stopped taking them. I told {PERSON|Priyanka} but not the team.
The thing with {ORG|CAMHS} is, you turn {AGE|eighteen} and it just stops.
Me and {PERSON|Mo} used to walk along the canal to {PLACE|Sowerby Bridge}.
I don't think {PERSON|Yevheniia} ever got her papers. She'd come from {PLACE|Kharkiv}.
She's called {PERSON|Rivka} and she was the only one from {ORG|Jewish Helping Hands} who came.
I had two under {AGE|five} and no car. {PERSON|Gethin} was away with the {ORG|Navy}.
In {DATE|the nineties} you just got on with it, my nan {PERSON|Ivy} always said.
My husband, {PERSON|Babatunde Adeyemi-Clarke}, he's a bus driver for {ORG|Arriva}.
They sent it to {CONTACT|www.mystory-example.org.uk} and I'm on there as {CONTACT|@quietgorse}.
The social worker, what's her name, {PERSON|Faduma}, no, {PERSON|Fadumo}, she was lovely.
My GP's at {ORG|Fernbank Surgery}. I've been with {PERSON|Dr Nair} since {DATE|2009}.
I was born in {PLACE|St Ann's}, on {DATE|the third of May nineteen eighty-one}.
It was my neighbour's lad, {PERSON|Kieron}, that rang the ambulance. He was only {AGE|twelve}.
{PERSON|Aunty Shanthi} took me in. She had a shop on {PLACE|Belgrave Gate}.
My National Insurance number is {ID|QQ 12 34 56 C}, they ask you for it every time.
When {PERSON|Lee} left I went back to {PLACE|Hull}. It's all right, {PLACE|Hull}.
I said to {PERSON|Agnieszka}, I said, they won't listen to me with this accent.
The charity, {ORG|Mind}, they gave me six sessions. I don't mind telling you it wasn't enough.
My ex worked for {ORG|Nissan} in {PLACE|Sunderland}, you see, and everyone knew him.
{PERSON|Zbyszko} was the porter. Lovely man. I still send {PERSON|Zbyszko} a card.
I went on the {ORG|Freedom Programme} with {PERSON|Jo} and {PERSON|Tasha}, in {DATE|autumn of 2021}.
They moved me to {ORG|Ward 12}, and I lost my glasses, and {PERSON|Sister Bernadette} found them.
They sent me to {ORG|Brackenhurst}, the eating disorders place, when I was {AGE|fifteen}.
Her name's {PERSON|Oluwaseun}, she's my best mate, she's from {PLACE|Peckham}.
{PERSON|Gwenllian} cried all the way home, and I did too.
We lived at {PLACE|4 Tanyard Fold}, {PLACE|Slaithwaite}, before the fire.
My youngest, {PERSON|Kayden}, was diagnosed in {DATE|2014}, or was it {DATE|2015}?
I had a lovely health visitor, {PERSON|Marjory Tetlow}, she's passed now.
The {ORG|Brook Lane Mosque} let us use the hall, and {PERSON|Imam Yusuf} came every Friday.
I'm {AGE|thirty-four} and I've never had a proper diagnosis.
The receptionist at {ORG|Oakfield Medical Centre} laughed. I wanted to die.
So {PERSON|Chidi} says to me, "{PERSON|Ngozi}, you've got to eat."
My dad came over on a boat from {PLACE|Kingston, Jamaica}, in {DATE|1961}.
We'd go down {PLACE|Brick Lane} on a Sunday, me and {PERSON|Shafiq}.
It was near {PLACE|the Bullring}, in the middle of town.
I rang {ORG|Samaritans}, and a man called {PERSON|Derek} stayed on the line for two hours.
{DATE|15 August}. I'll never forget that date.
I gave birth on {DATE|the 2nd of January, 2019}, at home, on the bathroom floor.
She's {AGE|9 months old}, and the health visitor says she's fine.
My solicitor was {PERSON|Ms Fitzwilliam-Kaur} at {ORG|Harbottle Legal}.
In {PLACE|Wales} it's different. In {PLACE|Merthyr} you wait two years.
Text me, it's {CONTACT|07911 123456}. Or {CONTACT|jas underscore kaur at gmail dot com}.
My hospital number was {ID|K0042219}, they shouted it across the room.
He plays for {ORG|Crawley Under-Twelves} and his coach {PERSON|Big Steve} is brilliant.
I was at {ORG|Sheffield Hallam} doing nursing when I got ill.
Nobody at {ORG|the Job Centre} believed me. Nobody.
I'd been with {PERSON|Aleksandra} since {DATE|autumn 2012}, we met in {PLACE|Gdynia}.
My mother-in-law, {PERSON|Mrs Oduya}, she prays over me.
They called {PERSON|PC Harrower} and he sat with me on the bridge.
My cousin {PERSON|Thuy} and her husband {PERSON|Minh} have the nail bar on {PLACE|Commercial Street}.
I live on the {PLACE|Wybourn estate}, so you know what people think.
When I came out of {ORG|Styal} I had forty-six pounds and a bag.
It's in {PLACE|HU5}, round by the park.
My card number's {ID|4929 1234 5678 9012}, that's what he made me read out.
The group's called {ORG|Ladies of Steel}, we meet on Thursdays.
{PERSON|Fr. Donnelly} from {ORG|Our Lady of Sorrows} did the funeral.
I told {PERSON|Hafsah}, I told my GP, I told the midwife. Nothing.
I was {AGE|only six} when my mum, {PERSON|Bernadette}, went into {ORG|Stanley Royd}.
My boss at {ORG|Greggs}, {PERSON|Lorraine}, she gave me my shifts back.
He's got a daughter, {PERSON|Summer}, and a dog called {PERSON|Biscuit}.
I said hello to {PERSON|Hope} and she just looked through me.
{PERSON|May} was my favourite nurse. She may be retired now.
You'd have to ask {PERSON|Dr. S. Balasubramaniam}, he's the one with the notes.
It happened on {DATE|New Year's Eve 1999}, of all nights.
I'm under {PERSON|Mr Cholmondeley}, the surgeon, at {ORG|the Northern General}.
Then there was {PERSON|Zodwa}, {PERSON|Ayanda} and little {PERSON|Thandeka}, all in one room.
I was born {DATE|21.3.78}, in {PLACE|Paisley}.
I go to {ORG|Andy's Man Club} in {PLACE|Halifax} and it's saved my life.
My neighbour {PERSON|Rose} found me, and then {PERSON|Poppy}, her girl, held my hand.
She works at {ORG|Haven House}, does {PERSON|Jean}. Jeans and a T-shirt, every day.
They'd put the wrong postcode, {PLACE|m14 5rx}, on everything.
My granddad was a {OTHER|coal miner} at {PLACE|Grimethorpe}, he had the dust.
"""
MARKED = re.compile(r"\{([A-Z]+)\|([^}]*)\}")
Label = tuple[int, int, str, str]


def labelled(line: str) -> tuple[str, list[Label]]:
    """The line as said, and each label's start, end, type and words."""
    text, labels, before = "", [], 0
    for m in MARKED.finditer(line):
        text += line[before : m.start()]
        labels.append((len(text), len(text) + len(m[2]), m[1], m[2]))
        text += m[2]
        before = m.end()
    return text + line[before:], labels


def found_share(lower: bool = False) -> tuple[float, float, list[str]]:
    """The share of labels touched, the share covered whole, and those missed."""
    count, whole, missed = 0, 0, []
    for line in LABELLED.splitlines():
        text, labels = labelled(line)
        spans = scan(text.lower() if lower else text)
        for start, end, _, words in labels:
            count += 1
            covered = {at for span in spans for at in range(span.start, span.end)} & set(range(start, end))
            whole += all(at in covered for at in range(start, end) if text[at].isalnum())
            if not covered:
                missed.append(words)
    return 1 - len(missed) / count, whole / count, missed


def texts(text: str, kind: str | None = None) -> list[str]:
    return [span.text for span in scan(text) if kind in (None, span.type)]


def test_at_least_95_in_100_of_what_a_reader_would_take_out_is_found() -> None:
    share, whole, missed = found_share()
    assert share >= 0.95, missed
    assert whole >= 0.9


def test_a_transcript_without_capitals_still_gives_most_of_it() -> None:
    share, _, missed = found_share(lower=True)
    assert share >= 0.8, missed


def test_ordinary_talk_gives_nothing() -> None:
    talk = (
        "Yeah, I mean, it was hard. I felt that nobody listened, you know? And then I just stopped asking. Because "
        "what's the point? They didn't even look at me. Honestly, I will never forget that. But my mum, she was there, "
        "and Mum always said that it may get better. So I'm reading a lot, and hope to mark the day. Well, I won't go."
    )
    assert scan(talk) == []


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("on the 3rd of March 2019 I left", "DATE", "the 3rd of March 2019"),
        ("it began in March 2019 or so", "DATE", "March 2019"),
        ("it got worse in march", "DATE", "march"),
        ("on the twenty-third of may nineteen eighty-one", "DATE", "the twenty-third of may nineteen eighty-one"),
        ("seen on 14/02/1998 at last", "DATE", "14/02/1998"),
        ("that was 2016, I think", "DATE", "2016"),
        ("since last Tuesday", "DATE", "Tuesday"),
        ("in the summer of 2018 we", "DATE", "summer of 2018"),
        ("I'm 34.", "AGE", "34"),
        ("she was sixteen when it began", "AGE", "sixteen"),
        ("a girl aged 4 and 7", "AGE", "aged 4 and 7"),
        ("he's seven years old now", "AGE", "seven years old"),
        ("in her late twenties", "AGE", "late twenties"),
        ("it's SE5 8AZ, that", "PLACE", "SE5 8AZ"),
        ("round by hu5 3qq, I think", "PLACE", "hu5 3qq"),
        ("at 17 Quince Tree Lane, near", "PLACE", "17 Quince Tree Lane"),
        ("my number is 943 476 5919, I know", "ID", "943 476 5919"),
        ("my number is 9434765919, I know", "ID", "9434765919"),
        ("my number is 943 476 5910, I know", "ID", "943 476 5910"),
        ("it's QQ 12 34 56 C, they ask", "ID", "QQ 12 34 56 C"),
        ("case number RX4471902 was", "ID", "RX4471902"),
        ("ring 07700 900123 or", "CONTACT", "07700 900123"),
        ("ring +44 (0)7700 900 123 or", "CONTACT", "+44 (0)7700 900 123"),
        ("ring oh seven seven double oh nine hundred one two three", "CONTACT",
         "oh seven seven double oh nine hundred one two three"),
        ("to jo.smith@example.org and", "CONTACT", "jo.smith@example.org"),
        ("jo dot smith at example dot org", "CONTACT", "jo dot smith at example dot org"),
        ("at https://example.org/me and", "CONTACT", "https://example.org/me"),
        ("I'm @quiet_gorse there", "CONTACT", "@quiet_gorse"),
        ("we saw Dr Achterberg-Oyelaran there", "PERSON", "Dr Achterberg-Oyelaran"),
        ("we saw dr achterberg there", "PERSON", "achterberg"),
        ("my brother mark came", "PERSON", "mark"),
        ("a friend called hope came", "PERSON", "hope"),
        ("with siobhán and then", "PERSON", "siobhán"),
        ("we lived in reading then", "PLACE", "reading"),
        ("the Larkrise Centre was", "ORG", "Larkrise Centre"),
        ("at St Brannoc's Hospital they", "ORG", "St Brannoc's Hospital"),
        ("the University of Eastmere was", "ORG", "University of Eastmere"),
        ("the leeds community mental health team", "ORG", "leeds community mental health team"),
        ("on ward 12 they", "ORG", "ward 12"),
        ("I used to be a paediatric nurse, so", "OTHER", "paediatric nurse"),
        ("and then Zbqwx, well", "OTHER", "Zbqwx"),
    ],
)  # fmt: skip
def test_each_kind_is_found_whole_and_named(text: str, kind: str, words: str) -> None:
    assert words in texts(text, kind)


@pytest.mark.parametrize(
    "text",
    ["at 00:12:03 it", "I will, and it may be", "call 999 now", "it cost £32,500 then", "two minutes and three of us",
     "[inaudible 00:12:03] and [friend 2] came", "then P07 said no", "it's me, I'm sure, and I'd go"],
)  # fmt: skip
def test_times_prices_verbs_and_our_own_marks_are_left_alone(text: str) -> None:
    assert scan(text) == []


def test_a_name_that_is_a_word_counts_only_with_a_capital_or_a_cue() -> None:
    text = "Well, Will drove me. I will never forget. Grace said so. We grace the hall. Grace is what I need."
    assert [(span.text, span.start) for span in scan(text) if span.type == "PERSON"][:2] == [("Will", 6), ("Grace", 42)]
    assert "grace" not in texts(text)
    assert "will" not in texts(text)


def test_a_name_found_once_is_found_at_the_start_of_a_sentence_and_without_its_other_half() -> None:
    text = "I met Ann Zbqwx. Zbqwx was kind. And zbqwx, well."
    assert [span.text for span in scan(text)] == ["Ann Zbqwx", "Zbqwx", "zbqwx"]


def test_originals_of_the_ledger_are_found_in_any_spelling_and_a_joined_name_whole() -> None:
    text = "then ANN LEE and ann_lee, ann-marie, annual will, O’neil"
    found = {span.text for span in scan(text, known=["Ann Lee", "Ann", "will", "O'Neil"]) if span.source == "ledger"}
    assert found == {"ANN LEE", "ann_lee", "ann-marie", "will", "O’neil"}


def test_spans_are_code_points_sorted_and_apart() -> None:
    text = "\U0001f600 Siobhán of Hull-ish, Dr Khan's 07700 900123 in Leeds on 3 May 2019, " * 20
    spans = scan(text)
    assert all(text[span.start : span.end] == span.text for span in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    assert len(spans) >= 120


def test_fifteen_thousand_words_take_two_seconds_at_most() -> None:
    said = " ".join(labelled(line)[0] for line in LABELLED.splitlines()).split()
    text = " ".join((said * (15_000 // len(said) + 1))[:15_000])
    scan(text[:500])
    quickest = min(_seconds(text) for _ in range(3))
    assert quickest <= 2.0


def _seconds(text: str) -> float:
    begun = time.process_time()
    scan(text)
    return time.process_time() - begun


@pytest.mark.parametrize(
    "piece", ["a", "1", "@", "a.", "dot ", "a-", "A-b-", "one two ", "St Mary's ", "he was 3 and 4 or "]
)
def test_no_text_however_odd_takes_long(piece: str) -> None:
    begun = time.process_time()
    scan(piece * (20_000 // len(piece)))
    assert time.process_time() - begun < 2.0


def test_scanning_loads_no_heavy_library_and_only_numbers_load_phonenumbers() -> None:
    program = (
        "import sys\n"
        "from interview_tui.pipeline.transcript_anonymised import scan\n"
        "scan('I met Siobhan in Leeds on 3 May 2019.')\n"
        "heavy = {'textual', 'torch', 'whisper', 'numpy', 'sqlite_utils', 'phonenumbers'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "scan('ring 07700 900123')\n"
        "assert 'phonenumbers' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
