/* tests/unit/catalog_examples_column.h - values that the head of their column tells. */
#ifndef TESTS_UNIT_CATALOG_EXAMPLES_COLUMN_H
#define TESTS_UNIT_CATALOG_EXAMPLES_COLUMN_H

#include "tests/unit/catalog_examples.h"

/* clang-format off */
static const struct example examples_column[] = {
    {"password_column", "user,password,role\nana,Zamek!2931x,admin\n", "Zamek!2931x"},
    {"password_column", "| User | Wi-Fi Kennwort |\n|---|---|\n| bea | `Fuchs-Bau.88` |", "Fuchs-Bau.88"},
    {"password_column", "usuario;contrase\xc3\xb1" "a inicial;rol\nana;\"Luna.Llena9\";x", "Luna.Llena9"},
    {"password_column", "a\tinitial_password\nb\tcedar7roof", "cedar7roof"},
    {"password_column", "a,password\nb,Zamek!rose", "Zamek!rose"},
    {"password_column", "a,password\nb,#Tr0mbone", "#Tr0mbone"},
    {"password_column", "a,password\nb,#3a7bd5", NULL},
    {"password_column", "field,password policy\nlen,Zamek!2931x", NULL},
    {"password_column", "setting,password\nmode,argon2id\nfile,/etc/pw.conf\nstate,expired\nrounds,12\nday,2024-05-06", NULL},
    {"password_column", "x,1\nuser,password\nana,Zamek!2931x", NULL},
    {"password_column", "user,password\nno table 4ny:more", NULL},
    {"pin_column", "card;PIN\n11;4829", "4829"},
    {"pin_column", "metric;pin\nlatency;gpio14", NULL},
    {"pin_code_column", "card;pin_code\n11;4829", "4829"},
    {"pin_code_column", "card,pin number,note\n11,4829,ok", "4829"},
    {"pin_code_column", "card;pin code\n11;none", NULL},
    {"card_code_column", "card,cvv\n4,719", "719"},
    {"card_code_column", "card,cvv\n4,n/a", NULL},
    {"plate_column", "name,vehicle_reg\nann,KX19 ZPD", "KX19 ZPD"},
    {"plate_column", "name,plate\nann,white china", NULL},
    {"patient_column", "mrn,ward\n00482917,4B", "00482917"},
    {"patient_column", "patient id,ward\nunknown,4B", NULL},
    {"account_column", "account_number,amount\n4827 1936,250.00", "4827 1936"},
    {"account_column", "account number,amount\nnone,250.00", NULL},
    {"sort_code_column", "bank;sort code\nx;20-18-93", "20-18-93"},
    {"sort_code_column", "bank;sort code\nx;201-893-11", NULL},
    {"passport_column", "passport no.,from\nXK4827193,HR", "XK4827193"},
    {"passport_column", "passport,from\npending,HR", NULL},
    {"licence_column", "driver_license,state\nD8471625,CA", "D8471625"},
    {"licence_column", "driver license,state\nrevoked,CA", NULL},
    {"password_word_column", "user,password\nann,hush-puppy", "hush-puppy"},
    {"password_word_column", "user,password\nann,sunshine", "sunshine"},
    {"password_word_column", "user,password\nann,expired\nbob,not-set\njoe,single-sign-on", NULL},
};
/* clang-format on */

#endif
