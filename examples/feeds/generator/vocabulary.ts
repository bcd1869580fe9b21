/** What feeds of one subject are about. */
export interface Theme {
  readonly language: string;
  readonly authors: readonly string[];
  readonly categories: readonly string[];
  readonly titles: readonly string[];
  readonly sentences: readonly string[];
  /** Put in place of `{thing}` and `{place}`. */
  readonly things: readonly string[];
  readonly places: readonly string[];
}

const sharedTitles = [
  "{Thing}, after a long winter",
  "What {thing} taught us about patience",
  "A day at {place}",
  "{Thing} & {thing2}: a comparison",
  "Notes from {place}",
  "Why we changed our minds about {thing}",
  "Five questions about {thing}",
  "The trouble with {thing}",
  "{Place}: what to bring, and what to leave",
  "“{Thing} first, the rest later”",
  "In praise of {thing}",
  "Repairing {thing}, part {number}",
  "{Number} days with {thing}",
  "{Thing} < {thing2}? Not always",
];

const sharedSentences = [
  "It took {number} days longer than we had planned, and nobody minded.",
  "The first attempt with {thing} failed; the second one is still standing.",
  "Ask anyone at {place} and they will tell you the same story about {thing}.",
  "There is a photograph of {place} from 1926 in which {thing} can be seen clearly.",
  "We kept a record of {thing} every morning at 7:30, and the figures were a surprise.",
  "If {thing} is new to you, begin small: {number} minutes a day are enough.",
  "A reader from {place} wrote to correct last month’s piece on {thing}; she was right.",
  "Prices for {thing} have risen by {number} % since the spring – more than anybody expected.",
  "None of this matters when it rains, and at {place} it rains.",
  "The old way of handling {thing} is slower, but it forgives mistakes.",
  "I would not call {thing} beautiful; useful, perhaps, and honest.",
  "At {place}, {thing} and {thing2} share a shelf, which says a good deal about both.",
  "By noon the wind had turned, and we put {thing} away until tomorrow.",
  "Somebody at the back asked about {thing2}, and the discussion lasted until nine.",
  "Our measurements (n = {number}) are too few to prove anything & we say so.",
  "What we know of {thing} comes from three letters and one bill, all kept at {place}.",
];

function english(things: readonly string[], places: readonly string[], categories: readonly string[]): Theme {
  return {
    language: "en-gb",
    authors: ["Maud Ferris", "Tomás O’Leary", "Ingrid Åkesson", "P. K. Banerjee", "Søren Holt", "Wilhelmina Adeyemi"],
    categories,
    titles: sharedTitles,
    sentences: sharedSentences,
    things,
    places,
  };
}

/** The name of a theme. */
export type ThemeName =
  | "garden"
  | "travel"
  | "sky"
  | "railway"
  | "databases"
  | "baking"
  | "letters"
  | "civic"
  | "craft"
  | "nature"
  | "leisure"
  | "bulletin"
  | "german"
  | "french"
  | "portuguese"
  | "japanese"
  | "greek"
  | "polish";

/** Every theme, by the name that the plan uses. */
export const themes: Readonly<Record<ThemeName, Theme>> = {
  garden: english(
    ["broad beans", "the compost heap", "a cold frame", "winter leeks", "the water butt", "green manure", "rhubarb"],
    ["plot 14", "the seed swap", "Hollin Lane", "the glasshouse"],
    ["Vegetables", "Soil", "Weather"],
  ),
  travel: english(
    ["the dynamo lamp", "a steel frame", "the long climb", "wide tyres", "a paper map", "the night ferry", "porridge"],
    ["Col de l’Aube", "the Danube path", "Kirkwall", "a bothy in Glen Ure", "Trieste"],
    ["Touring", "Gear", "Routes"],
  ),
  sky: english(
    ["the 8-inch reflector", "Jupiter’s moons", "averted vision", "the Perseids", "a red torch", "dew", "M 31"],
    ["the observatory hut", "Cwm Tywyll", "the roof of the school"],
    ["Planets", "Deep sky", "Equipment"],
  ),
  railway: english(
    [
      "the 06:12 to Withern",
      "signal box no. 3",
      "the diesel railcar",
      "a level crossing",
      "the branch timetable",
      "platform 2",
    ],
    ["Withern Junction", "Saltby Halt", "the goods yard", "Marlow Viaduct"],
    ["Timetable", "History", "Works"],
  ),
  databases: english(
    [
      "the write-ahead log",
      "a covering index",
      "group commit",
      "the query planner",
      "two-phase locking",
      "a B-tree page",
    ],
    ["the test rack", "our smallest server", "the reading group", "production"],
    ["storage", "transactions", "benchmarks"],
  ),
  baking: english(
    [
      "a rye starter",
      "the second proof",
      "wholemeal flour",
      "a Dutch oven",
      "the crust",
      "salt",
      "the windowpane test",
    ],
    ["the village oven", "Calder Mill", "the Saturday market"],
    ["Bread", "Technique", "Flour"],
  ),
  letters: english(
    ["a humanist sans", "the ampersand", "hot metal", "old-style figures", "kerning", "a specimen book", "the long s"],
    ["the printing museum", "the foundry", "Rue des Fontes", "a drawer in Leipzig"],
    ["Type", "Printing", "History"],
  ),
  civic: english(
    [
      "the budget for drainage",
      "planning application 24/0117",
      "the footbridge",
      "street lighting",
      "the recreation ground",
    ],
    ["the village hall", "committee room B", "Church Road", "the pavilion"],
    ["Minutes", "Planning", "Finance"],
  ),
  craft: english(
    [
      "a celadon glaze",
      "the kick wheel",
      "a hog-bristle brush",
      "the throughstone",
      "spruce from 1974",
      "hide glue",
      "a bevel",
    ],
    ["the long shed", "bench four", "the wood kiln at Arne", "the upper wall"],
    ["Tools", "Materials", "Technique"],
  ),
  nature: english(
    [
      "a pair of lapwings",
      "the bittern",
      "marsh harriers",
      "the north hide",
      "the reed bed",
      "ringing data",
      "a late swarm",
    ],
    ["Saltfleet Marsh", "the apiary", "the sluice", "Eel Point"],
    ["Sightings", "Habitat", "Counts"],
  ),
  leisure: english(
    [
      "the Caro–Kann",
      "an endgame study",
      "the new print of “L’Aube”",
      "a queen’s sacrifice",
      "the matinée",
      "the interval",
    ],
    ["the Regent", "table nine", "the film club", "the county final"],
    ["Results", "Reviews", "Events"],
  ),
  bulletin: english(
    [
      "the 17:40 sailing",
      "a weak layer above 2,100 m",
      "the slack water",
      "fresh wind slab",
      "the river gauge",
      "the relief boat",
    ],
    ["Northquay", "the Hornspitze", "Lock 11", "the western bowl"],
    ["Notice", "Warning", "All clear"],
  ),
  german: {
    language: "de",
    authors: ["Jürgen Weiß", "Käthe Müller-Lüdenscheidt", "Anja Größing"],
    categories: ["Brot", "Mehlkunde", "Rezepte"],
    titles: [
      "{Thing} für Anfänger",
      "Warum {thing} Zeit braucht",
      "Frühstück in {place}",
      "{Number} Fehler beim Backen",
      "Süß & salzig: {thing}",
    ],
    sentences: [
      "Über Nacht darf der Teig ruhen, und wir dürfen es auch.",
      "In {place} schwört man auf {thing}, und das seit {number} Jahren.",
      "Wer {thing} zu heiß anrührt, bekommt am Ende Klöße statt Krume.",
      "Das Mehl stammt aus einer Mühle, die noch größere Steine führt als früher üblich.",
      "Weißbrot ist keine Schande – {thing} ist aber ein Fest.",
      "Für {number} Euro gibt es anderswo nicht einmal {thing}.",
    ],
    things: ["Sauerteig", "Dinkelmehl", "Brühstück", "Roggenschrot", "Hefewasser"],
    places: ["Gößweinstein", "Öhringen", "der Dorfbäckerei", "Überlingen"],
  },
  french: {
    language: "fr",
    authors: ["Zoë Lefèvre", "François Béranger", "Maëlle Quéméneur"],
    categories: ["Marché", "Saison", "Cuisine"],
    titles: [
      "{Thing} : la bonne saison",
      "Où trouver {thing} à {place} ?",
      "Le retour de {thing}",
      "{Number} façons d’aimer {thing}",
    ],
    sentences: [
      "Cette année, {thing} arrive avec {number} jours d’avance sur les étals.",
      "À {place}, on n’achète pas : on discute, puis on goûte.",
      "Le cœur du marché bat entre huit et onze heures – après, c’est trop tard.",
      "« Goûtez d’abord », répète-t-elle, et l’on finit par repartir avec {thing}.",
      "La sécheresse a coûté cher aux maraîchers ; {thing} en garde la trace.",
      "Rien à voir avec ce que l’on trouve en août : c’était déjà l’été, c’est presque Noël.",
    ],
    things: ["la châtaigne", "l’artichaut violet", "le fromage de brebis", "la figue", "l’échalote grise"],
    places: ["Crémieu", "la place de l’Église", "Saint-Étienne", "Pézenas"],
  },
  portuguese: {
    language: "pt",
    authors: ["João Conceição", "Inês Magalhães"],
    categories: ["Mar", "Pesca", "Praia"],
    titles: ["{Thing}: a maré de {place}", "Manhã em {place}", "Como preparar {thing}", "{Number} lições da água"],
    sentences: [
      "A água estava a {number} graus e não havia ninguém além das gaivotas.",
      "Em {place}, {thing} ainda se vende à porta, antes das nove da manhã.",
      "Não é preciso coração forte, só paciência e um bom par de botas.",
      "O vento de norte traz {thing} e leva as ilusões.",
      "Amanhã há maré viva; depois, quem sabe, descanso.",
    ],
    things: ["a sardinha", "o percebe", "a rede de arrasto", "a prancha", "o farol"],
    places: ["Nazaré", "São Martinho", "a Póvoa", "Peniche"],
  },
  japanese: {
    language: "ja",
    authors: ["佐藤 一郎", "山田 花子"],
    categories: ["駅", "旅", "歴史"],
    titles: ["{place}の朝", "{thing}を訪ねて", "{place}で見つけた{thing}", "{number}年前の{thing}"],
    sentences: [
      "{place}に着いたのは、始発から{number}分後のことだった。",
      "ホームの端に、古い{thing}が今も残っている。",
      "駅員さんは「{thing}は来年なくなります」と静かに言った。",
      "雨の日の{place}は、いつもより少しだけ明るく見える。",
      "切符を買い、{thing}を眺め、次の列車を待つ。それだけで十分だ。",
    ],
    things: ["木造駅舎", "改札口", "跨線橋", "駅弁", "時刻表"],
    places: ["銚子", "姨捨駅", "小海線", "土合駅"],
  },
  greek: {
    language: "el",
    authors: ["Ελένη Παπαδοπούλου", "Νίκος Αθανασίου"],
    categories: ["Λιμάνι", "Θάλασσα"],
    titles: ["Πρωί στο {place}", "{Thing} και αλάτι", "Πώς φτιάχνεται {thing}", "{Number} μίλια δυτικά"],
    sentences: [
      "Στο {place} ο άνεμος γύρισε λίγο πριν από το μεσημέρι.",
      "Χρειάστηκαν {number} μέρες για να στεγνώσει {thing}.",
      "Οι παλιοί λένε πως {thing} δεν ξεχνά ποτέ τον καπετάνιο.",
      "Το απόγευμα γυρίσαμε με άδεια δίχτυα και καλή διάθεση.",
    ],
    things: ["το καΐκι", "το δίχτυ", "η άγκυρα", "το πανί"],
    places: ["Γαλαξίδι", "Ναύπλιο", "παλιό καρνάγιο"],
  },
  polish: {
    language: "pl",
    authors: ["Małgorzata Świątek", "Łukasz Żółć"],
    categories: ["Ogród", "Łąka", "Pszczoły"],
    titles: ["{Thing} wczesną wiosną", "Dzień w {place}", "Dlaczego {thing}?", "{Number} rad na suszę"],
    sentences: [
      "W tym roku {thing} ruszyły o {number} dni wcześniej niż zwykle.",
      "Sąsiad z {place} twierdzi, że to zasługa popiołu – my mu wierzymy.",
      "Źdźbła trawy po deszczu ważą więcej, niż się wydaje.",
      "Jeśli {thing} żółkną, nie podlewaj: poczekaj, aż ziemia przeschnie.",
      "Zimą ogród śpi, a ogrodnik czyta katalogi.",
    ],
    things: ["jabłonie", "porzeczki", "późne śliwy", "łubiny"],
    places: ["Żabiej Woli", "Łące Dolnej", "starym sadzie"],
  },
};
