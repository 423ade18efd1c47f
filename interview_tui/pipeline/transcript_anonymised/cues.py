"""The words beside a name that tell what it is, and the words with a capital that tell nothing about anybody."""


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


ABBREVIATIONS = _set("dr mr mrs ms st prof rev fr sr messrs mt")

# Before a name, with a full stop or without: whatever word follows is a name.
TITLES = _set("dr mr mrs ms mx prof professor rev reverend sir dame cllr")
# The same, but these are also said without a name: "the nurse came".
ROLES = _set(
    "doctor nurse sister father brother mother uncle aunt auntie aunty cousin nanny nana nan gran granny"
    " grandma grandad grandpa papa mama bibi baba baby miss master lord lady councillor inspector sergeant"
    " constable detective officer captain major colonel corporal judge imam sheikh rabbi pastor bishop vicar"
    " canon matron midwife midwives consultant surgeon pc dc ds dci wpc president mum mummy mam dad daddy pop"
)
# Somebody's: "my neighbour Bob". The next word, or the one after "called" or a comma, is a name.
RELATIONS = _set(
    "brother sister mum mam mummy mother dad daddy father son daughter husband wife partner boyfriend"
    " girlfriend fiance fiancee friend mate cousin uncle aunt auntie aunty nan nana nanny gran granny grandma"
    " grandad grandmother grandfather nephew niece neighbour boss manager carer keyworker worker midwife doula"
    " nurse doctor therapist counsellor psychiatrist psychologist consultant surgeon teacher tutor landlord"
    " landlady solicitor ex stepdad stepmum stepson stepdaughter godmother godfather twin baby lad eldest"
    " youngest oldest officer sponsor colleague flatmate housemate dog cat advocate caseworker interpreter"
    " companion"
)
NAMED = _set("called named name names")
NAMING = _set("called named")
BEING = _set("is was are were")
SOMEBODYS = _set("my your his her our their a the")
# Words after "my brother" that are rather these than names.
HELPING_VERBS = _set("will may can said don my an long so has")

# Before a place, in words without capitals.
LIVING = _set("live lived lives living move moved moving born grew up stayed based from near outside over down back")
AT_PLACE = _set("in to near from at around outside")

# What people do, after a name that is also a word: "Grace said".
DOING = _set(
    "said says told tells came comes went goes was is had has and knew asked asks got gets looked took rang"
    " called gave thought just never always used lives lived left died helped s"
)

# A capital in the middle of a sentence that tells nothing.
NOT_NAMES = _set(
    "i a an the and but so or nor if then than because cos coz cause as at by for from in into of off on onto"
    " out over to too under up upon with without yeah yes yep no nope nah oh ah ahh aw um uh er erm hm hmm mm"
    " mhm like well okay ok right just actually basically anyway obviously literally really honestly maybe"
    " perhaps probably you he she it we they me him her us them my your his its our their mine yours hers ours"
    " theirs this that these those there here what who whom whose where when why how which while whilst is was"
    " are were be been being am do did does done have has had having can could would should might must ought"
    " not never ever always some any all both each every many much more most other another such only own same"
    " very also even still yet again once now one two three go going get got let look see know mean think said"
    " please thanks thank sorry hello hi bye hey wow god gosh jesus christ lord sir madam miss mum mummy mam"
    " dad daddy nan nana gran granny grandma grandad auntie aunty uncle aunt doctor dr nurse sister mr mrs ms"
    " prof professor gp gps nhs tv uk pc dvd cd ae id sms internet interviewer facilitator companion"
    " participant speaker everybody somebody nobody anybody everyone someone anyone everything something"
    " nothing anything ll ve re gonna wanna gotta inaudible unclear mom mommy yay hunh unhunh mhmm christmas"
)
# These in capitals are no shouted words.
ACRONYMS = _set("US AIDS PIP PALS")
WEEKDAYS_AND_MONTHS = _set(
    "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays"
    " saturdays sundays january february march july september october november december"
)

# First words of names of more words, at the start of a sentence: "Royal Free", "North Shields".
HEADS = _set(
    "royal north south east west new old great little upper lower saint st queen queens king kings prince"
    " princess holy mount central national university hospital church ward high the long black white red green"
    " lady lord good market castle abbey bishop college school city county house cross bridge park community"
    " crisis mental family social early youth women womens children childrens young age citizens victim"
)

# Last words of services and organisations.
ORG_TAILS = _set(
    "trust hospital hospitals centre center clinic ward unit school college university academy nursery"
    " council service services team surgery practice foundation charity church chapel mosque temple synagogue"
    " gurdwara cathedral ltd limited plc police court prison hospice hostel refuge agency association society"
    " institute infirmary pharmacy project programme program partnership network group club company department"
    " directorate ministry army navy force library museum gallery theatre station airport hub shelter housing"
    " homes care health healthcare nhs cic llp solicitors chambers bank union sons daughters brothers bros"
    " alliance forum collective union federation board authority commission office helpline line minds hands"
    " support advice connect recovery mission parish diocese barracks studio studios bakery cafe restaurant"
    " pub arms hotel inn sixth-form sixth primary secondary infants juniors high grammar comprehensive"
)
# Words that stand between a name and such a last word, in small letters: "Leeds community mental health team".
ORG_MIDDLES = _set(
    "community mental health crisis early intervention home treatment assertive outreach recovery perinatal"
    " postnatal antenatal maternity social general district city county borough primary secondary high grammar"
    " sixth form day drop-in drop in womens women childrens children youth family families support advice law"
    " medical health walk-in walk eating disorders disorder drug drugs alcohol substance misuse memory pain"
    " adult adults older peoples people learning disability disabilities leisure sports arts job housing"
    " homeless carers cancer stroke mother and baby psychiatric psychology psychological therapy therapies"
    " assessment liaison rehab rehabilitation detox dental eye sexual special special-needs infant junior"
    " further technical"
)
# Tails that make an organisation of the name before them also when both are in small letters.
SMALL_TAILS = _set(
    "hospital clinic surgery ward centre school college university team trust prison church mosque temple"
    " synagogue hostel practice unit foundation council hub library academy nursery project service services"
    " infirmary hospice refuge association police court pharmacy"
)
STREET_TAILS = _set(
    "street road avenue lane close crescent drive terrace grove gardens square mews court place walk way row"
    " parade rise gate hill green estate house flats tower towers buildings mansions wharf yard park"
    " roundabout wood woods common bridge fold croft brow view heights garth cottages villas"
)
SMALL_STREETS = _set("street road avenue lane close crescent drive terrace grove gardens estate")

# Small words inside a name of more words.
CONNECTORS = _set(
    "of the de da dos van von der bin ibn bint ap ab le la du upon super under next al el y & and for on in st"
)
STRONG_CONNECTORS = _set("of de da dos van von der bin ibn bint ap ab le la du upon super")
BEFORE_PLACE = _set("in near around outside towards across")
BEFORE_ORG = _set("at")
BEFORE_PERSON = _set("with and")
