/* One line per suite, in alphabetical order: SUITE(noun) runs suite_noun(). */
SUITE(plan)
SUITE(version)
