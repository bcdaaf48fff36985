#include "business/statement.h"

/* What a statement says. Only sentences of level 5 speak of causing. */

const cx_i_phrases cx_i_phrases_en = {
    .period = {{"periods", "periods"},
               {"quarters", "quarters"},
               {"months", "months"},
               {"weeks", "weeks"}},
    .decision = {"The case does not pay: over %s %s its expected net present value is %s %s "
                 "(%s%% of outcomes lie between %s and %s), and the probability of a gain is "
                 "%s%%.",
                 "The case is undecided: over %s %s its expected net present value is %s %s "
                 "(%s%% of outcomes lie between %s and %s), and the probability of a gain is "
                 "%s%%.",
                 "The case pays: over %s %s its expected net present value is %s %s (%s%% of "
                 "outcomes lie between %s and %s), and the probability of a gain is %s%%."},
    .evidence = {"Evidence level 0, assumed: the chain from %s to %s rests on assumptions; no data "
                 "show that it holds.",
                 "Evidence level 1, associated: along the chain from %s to %s things are "
                 "associated, but nothing else was adjusted for, so this does not show that "
                 "changing one changes the other.",
                 "Evidence level 2, adjusted: the links from %s to %s remain after adjusting for "
                 "what was measured; something that was not measured may still explain them.",
                 "Evidence level 3, ordered in time: along the chain from %s to %s one change "
                 "precedes the other after adjusting for what was measured; coming first is not "
                 "yet being the reason.",
                 "Evidence level 4, quasi-experiment: %s is estimated to have changed %s, by "
                 "comparison with units where it was not done.",
                 "Evidence level 5, randomised: %s caused the change in %s, as groups drawn by lot "
                 "show."},
    .level = {"assumed", "associated", "adjusted", "ordered in time", "quasi-experiment",
              "randomised"},
    .link = "From %s to %s: %s %s for each unit (standard error %s); %s, level %s.",
    .value = "From %s to %s: %s %s for each unit (standard error %s), from the books.",
    .weakest =
        "The weakest link is %s, from %s to %s, at level %s (%s): the case can claim no more "
        "than that.",
    .break_even = "It breaks even when %s changes %s by %s %s; the estimate is %s.",
    .factor = "It breaks even when the effects of the initiatives are %s times what is expected.",
    .never_even = "No size of the effects makes it break even.",
    .robust = "An unmeasured factor that explains %s%% of what is left to explain on both sides of "
              "the link %s would bring the case to zero.",
    .next = "Measure %s next: to know it exactly would be worth up to %s %s to this decision.",
    .no_next = "No single measurement would change this decision.",
    .payback = "In %s%% of outcomes the money is back within the horizon; half of all outcomes are "
               "paid back after %s %s.",
    .no_payback = "Only in %s%% of outcomes the money is back within the horizon.",
    .loss = "If it goes wrong, the loss is %s %s on average; over the worst 5%% of outcomes the "
            "result is %s %s on average.",
    .no_loss = "No outcome that was drawn makes a loss; over the worst 5%% the result is %s %s on "
               "average.",
    .about = "Note on %s: %s.",
    .source = "Note on %s: %s (source: %s).",
    .initiatives = "the initiatives",
    .unknown_note = "see the table of notes",
    .note = {{"through", "the initiative was randomised, not the score through which this link "
                         "goes: the link counts as adjusted"},
             {"value", "a value from the books, which claims nothing about reasons"},
             {"assumed", "this link is assumed, not observed"},
             {"range-unknown", "the range of changes that was observed is not known"},
             {"extrapolated", "the change lies outside the range that was observed within units"},
             {"held", "how long the effect holds is not known; the whole horizon is taken"},
             {"beyond-observed", "the effect is taken to last longer than it was observed"},
             {"no-cost", "no cost was given, and what costs nothing always pays"},
             {"direct-gap", "the chain and the direct estimate differ by more than chance: the "
                            "initiative works in other ways too, or the chain is wrong"},
             {"double-counted", "the initiatives claim more than the whole change there was"}},
};

const cx_i_phrases cx_i_phrases_fi = {
    .period = {{"jakson", "jaksoa"},
               {"neljänneksen", "neljännestä"},
               {"kuukauden", "kuukautta"},
               {"viikon", "viikkoa"}},
    .decision = {"Hanke ei kannata: odotettu nettonykyarvo %s %s ajalta on %s %s (%s %% "
                 "tuloksista on välillä %s ja %s), ja voiton todennäköisyys on %s %%.",
                 "Hankkeen kannattavuus jää avoimeksi: odotettu nettonykyarvo %s %s ajalta on "
                 "%s %s (%s %% tuloksista on välillä %s ja %s), ja voiton todennäköisyys on %s %%.",
                 "Hanke kannattaa: odotettu nettonykyarvo %s %s ajalta on %s %s (%s %% "
                 "tuloksista on välillä %s ja %s), ja voiton todennäköisyys on %s %%."},
    .evidence = {"Näytön taso 0, oletus: ketju alkaa kohdasta %s, päättyy kohtaan %s ja nojaa "
                 "oletuksiin; mikään aineisto ei osoita sen pitävän paikkaansa.",
                 "Näytön taso 1, yhteys: ketjussa %s – %s asiat esiintyvät yhdessä, mutta muita "
                 "tekijöitä ei ole vakioitu, joten yhteys ei osoita, että toinen muuttuu, kun "
                 "toista muutetaan.",
                 "Näytön taso 2, vakioitu yhteys: ketjun %s – %s lenkit säilyvät, kun mitatut "
                 "tekijät on vakioitu; mittaamaton tekijä voi silti selittää ne.",
                 "Näytön taso 3, ajallinen järjestys: ketjussa %s – %s muutos edeltää muutosta, "
                 "kun mitatut tekijät on vakioitu; edeltävä asia ei vielä ole syy.",
                 "Näytön taso 4, kvasikoe: arvion mukaan %s muutti tulosta %s, kun vertailukohtana "
                 "ovat yksiköt, joissa toimenpidettä ei tehty.",
                 "Näytön taso 5, satunnaistettu koe: %s aiheutti muutoksen tuloksessa %s, kuten "
                 "arvotut ryhmät osoittavat."},
    .level = {"oletus", "yhteys", "vakioitu yhteys", "ajallinen järjestys", "kvasikoe",
              "satunnaistettu koe"},
    .link = "Lenkki %s – %s: %s %s yksikköä kohti (keskivirhe %s); %s, taso %s.",
    .value = "Lenkki %s – %s: %s %s yksikköä kohti (keskivirhe %s), kirjanpidosta.",
    .weakest = "Ketjun heikoin lenkki on %s (%s – %s), taso %s (%s): hankkeesta ei voi väittää "
               "tätä enempää.",
    .break_even = "Nollatulokseen päästään, kun toimenpiteen %s vaikutus mittariin %s on %s %s; "
                  "arvio vaikutuksesta on %s.",
    .factor = "Nollatulokseen päästään, kun toimenpiteiden vaikutus on %s-kertainen odotettuun "
              "nähden.",
    .never_even = "Minkään suuruinen vaikutus ei tuo hanketta nollatulokseen.",
    .robust = "Mittaamaton tekijä, joka selittää %s %% jäljelle jäävästä vaihtelusta lenkin %s "
              "kummassakin päässä, veisi hankkeen nollatulokseen.",
    .next = "Mittaa seuraavaksi %s: sen tarkka tunteminen olisi tälle päätökselle enintään %s %s "
            "arvoista.",
    .no_next = "Mikään yksittäinen mittaus ei muuttaisi tätä päätöstä.",
    .payback = "Rahat on saatu takaisin tarkastelujaksolla %s prosentissa tuloksista; puolessa "
               "kaikista tuloksista takaisinmaksuaika on enintään %s %s.",
    .no_payback = "Rahat saadaan takaisin tarkastelujaksolla vain %s prosentissa tuloksista.",
    .loss = "Jos hanke epäonnistuu, tappio on keskimäärin %s %s; huonoimmassa 5 prosentissa "
            "tuloksista tulos on keskimäärin %s %s.",
    .no_loss = "Yksikään arvottu tulos ei ole tappiollinen; huonoimmassa 5 prosentissa tulos on "
               "keskimäärin %s %s.",
    .about = "Huomautus, %s: %s.",
    .source = "Huomautus, %s: %s (lähde: %s).",
    .initiatives = "toimenpiteet",
    .unknown_note = "ks. huomautusten taulukko",
    .note = {{"through", "arvottu oli toimenpide eikä mittari, jonka kautta lenkki kulkee: lenkki "
                         "on vakioitu yhteys"},
             {"value", "arvo on kirjanpidosta, eikä se väitä mitään syistä"},
             {"assumed", "lenkki on oletettu, ei havaittu"},
             {"range-unknown", "havaittujen muutosten vaihteluväliä ei tunneta"},
             {"extrapolated",
              "muutos on suurempi tai pienempi kuin yksiköiden sisällä on havaittu"},
             {"held", "vaikutuksen kestoa ei tunneta; sen oletetaan kestävän koko jakson"},
             {"beyond-observed", "vaikutuksen oletetaan kestävän kauemmin kuin sitä on havaittu"},
             {"no-cost", "kustannuksia ei ole annettu, ja ilmainen hanke kannattaa aina"},
             {"direct-gap",
              "ketju ja suora arvio eroavat toisistaan enemmän kuin sattuma selittää: "
              "toimenpide vaikuttaa muutakin kautta, tai ketju on väärä"},
             {"double-counted", "toimenpiteille luetaan enemmän kuin koko toteutunut muutos"}},
};
