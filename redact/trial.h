/* redact/trial.h - a policy's pattern is tried on texts that make patterns explode.
 *
 * Nested repeats such as (a+)+b take a backtracking engine time that doubles with each byte. At run
 * time a limit ends that, as an engine error that blocks; here, when the policy is loaded, the
 * pattern is refused, in words. Finds what usual texts would show, not everything that can be made
 * up: the limit stays. Refuses to know policies and rows. Owns nothing. */
#ifndef REDACT_TRIAL_H
#define REDACT_TRIAL_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "redact/confirm.h"

/* GW_BAD: the pattern, which `c` was made of, takes more steps than a text of some 200 bytes may
 * cost; why says so and names the text. GW_OK, GW_NO_MEMORY. */
GW_MUST gw_result trial_run(const struct confirmer *c, struct slice pattern, char *why,
                            size_t size);

#endif
