/* redact/valid_people.h - checks of numbers for people and firms that no line of valid_check.h
 * says: letters with values of their own, rules that depend on other digits.
 *
 * Pure functions over one candidate, answering as those of valid.h do. */
#ifndef REDACT_VALID_PEOPLE_H
#define REDACT_VALID_PEOPLE_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

int valid_it_fiscal(struct slice *v);    /* Italian tax code: odd and even tables */
int valid_fi_hetu(struct slice *v);      /* Finnish: letter by mod 31 */
int valid_es_vat(struct slice *v);       /* Spanish VAT: any of the three */
int valid_fr_vat(struct slice *v);       /* French VAT: a key in front of the firm's number */
int valid_ie_vat(struct slice *v);       /* Irish VAT, both forms */
int valid_dk_cpr(struct slice *v);       /* Danish: date with its century, mod 11 before 2007 */
int valid_fr_nir(struct slice *v);       /* French: 97 less the rest, Corsica's letters */
int valid_baltic(struct slice *v);       /* Estonian, Lithuanian: two rows of weights */
int valid_ro_cnp(struct slice *v);       /* Romanian: ten becomes one */
int valid_es_cif(struct slice *v);       /* Spanish firms: a digit or a letter */
int valid_es_nie(struct slice *v);       /* Spanish, with X, Y, Z or K, L, M in front */
int valid_pt_cc(struct slice *v);        /* Portuguese card: Luhn with letters */
int valid_de_social(struct slice *v);    /* German pension number */
int valid_de_health(struct slice *v);    /* German health insurance number */
int valid_de_card(struct slice *v);      /* German identity card and passport: 7-3-1 */
int valid_ie_pps(struct slice *v);       /* Irish: letter by mod 23 */
int valid_cy_tin(struct slice *v);       /* Cypriot: letter by translated digits */
int valid_uk_driver(struct slice *v);    /* British driving licence: the date in it */
int valid_hk_id(struct slice *v);        /* Hong Kong: mod 11 with letters */
int valid_tw_id(struct slice *v);        /* Taiwan: letter table mod 10, also residents' */
int valid_tw_ubn(struct slice *v);       /* Taiwan, firms */
int valid_kr_brn(struct slice *v);       /* Korea, firms */
int valid_sg_nric(struct slice *v);      /* Singapore: letter tables mod 11 */
int valid_sg_uen(struct slice *v);       /* Singapore, firms: three forms */
int valid_jp_corporate(struct slice *v); /* Japan, firms: the check digit stands in front */
int valid_cn_credit(struct slice *v);    /* China, firms: mod 31 */
int valid_mx_curp(struct slice *v);      /* Mexico: mod 10 with letters */
int valid_mx_rfc(struct slice *v);       /* Mexico, tax: date, mod 11 with letters */
int valid_sv_nit(struct slice *v);       /* El Salvador: weights by a part of it */
int valid_ve_rif(struct slice *v);       /* Venezuela: the letter has a value */
int valid_tr_vkn(struct slice *v);       /* Turkey, firms */
int valid_ua_edrpou(struct slice *v);    /* Ukraine, firms: weights by its size */
int valid_br_cnpj(struct slice *v);      /* Brazil, firms: digits or letters */
int valid_uk_vat(struct slice *v);       /* United Kingdom: mod 97, two ways, and offices */
int valid_bic(struct slice *v);          /* a country stands in it */
int valid_vin(struct slice *v);          /* vehicles: check digit, or doubt */
int valid_dea(struct slice *v);          /* US, who prescribes */

#endif
