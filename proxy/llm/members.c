/* proxy/llm/members.c - see members.h. The commonest first: most keys of a body are one of the
 * first four. */
#include "proxy/base/base.h"
#include "proxy/llm/members.h"

/* The first letter and the length: names that differ in them are not compared. */
enum { LONGEST = 64 };
#define CODE(first, len) ((unsigned)(unsigned char)(first) | (unsigned)(len) << 8)
#define N(name) {CODE((name)[0], sizeof(name) - 1), (name)},

/* clang-format off */
static const struct {
    unsigned code;
    const char *name;
} names[] = {
    N("role") N("content") N("type") N("text") N("messages") N("model") N("name") N("description") N("function")
    N("tools") N("tool_calls") N("arguments") N("id") N("tool_call_id") N("parameters") N("properties") N("required")
    N("items") N("enum") N("additionalProperties") N("input") N("input_schema") N("tool_use_id") N("tool_choice")
    N("system") N("max_tokens") N("max_completion_tokens") N("temperature") N("top_p") N("stream") N("stream_options")
    N("include_usage") N("cache_control") N("stop") N("stop_sequences") N("response_format") N("json_schema")
    N("schema") N("strict") N("metadata") N("user") N("user_id") N("image_url") N("url") N("detail") N("source")
    N("media_type") N("data") N("file") N("file_data") N("file_id") N("filename") N("input_audio") N("format")
    N("audio") N("refusal") N("thinking") N("signature") N("budget_tokens") N("citations") N("enabled") N("title")
    N("context") N("is_error") N("n") N("seed") N("logprobs") N("top_logprobs") N("logit_bias") N("presence_penalty")
    N("frequency_penalty") N("parallel_tool_calls") N("reasoning_effort") N("verbosity") N("service_tier") N("store")
    N("modalities") N("prediction") N("safety_identifier") N("prompt_cache_key") N("top_k") N("min_p")
    N("repetition_penalty") N("chat_template_kwargs") N("anyOf") N("oneOf") N("allOf") N("default") N("minimum")
    N("maximum") N("minLength") N("maxLength") N("minItems") N("maxItems") N("pattern") N("const") N("choices")
    N("index") N("message") N("delta") N("finish_reason") N("usage") N("object") N("created") N("system_fingerprint")
    N("prompt_tokens") N("completion_tokens") N("total_tokens") N("prompt_tokens_details")
    N("completion_tokens_details") N("cached_tokens") N("audio_tokens") N("reasoning_tokens")
    N("accepted_prediction_tokens") N("rejected_prediction_tokens") N("stop_reason") N("stop_sequence")
    N("input_tokens") N("output_tokens") N("cache_creation_input_tokens") N("cache_read_input_tokens")
    N("cache_creation") N("annotations") N("error") N("code") N("param")
};
/* clang-format on */

bool members_have(struct slice key)
{
    if (key.len == 0 || key.len > LONGEST)
        return false;
    unsigned code = CODE(key.at[0], key.len);
    for (size_t i = 0; i < GW_COUNT(names); i++)
        if (names[i].code == code && memcmp(names[i].name, key.at, key.len) == 0)
            return true;
    return false;
}
