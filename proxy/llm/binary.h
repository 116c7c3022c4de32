/* proxy/llm/binary.h - is a string binary in base64, as its place in a body says, or text?
 *
 * What a member is called and what media type stands beside it is the caller's word; what the
 * letters decode to is not. Text in base64 is text. Owns nothing, allocates nothing. */
#ifndef PROXY_LLM_BINARY_H
#define PROXY_LLM_BINARY_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

/* True when s is 32 letters or more of base64, in either alphabet, line ends allowed, that decode
 * to no text: to something that is not UTF-8, or has control characters that no text has. */
bool binary_is_base64(struct slice s);
/* A data URL of a kind that is not text by its name: its words are short, the rest is binary in
 * base64. */
bool binary_is_url(struct slice s);

#endif
