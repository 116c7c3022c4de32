/* tests/unit/catalog_examples.h - what the tables of examples for the catalogue's rows are made of.
 */
#ifndef TESTS_UNIT_CATALOG_EXAMPLES_H
#define TESTS_UNIT_CATALOG_EXAMPLES_H

#define R36 "a8Kd72LmQz0Xc91VbNw35TyUe4RoPs6GhJf1"
#define R20 "Zk3Qw8Lm5Tn1Vb7Xc9Rd"

struct example {
    const char *row;   /* detector's name */
    const char *text;  /* holds `value` */
    const char *value; /* NULL: nothing of this row may be found */
};

#endif
