/* tests/unit/test_sink_kafka_none.c - a build without librdkafka refuses in words. */
#include "proxy/base/base.h"
#include "proxy/main/sink_kafka.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void it_refuses_in_words_and_sends_nothing(void **state)
{
    const struct sink_kafka_settings settings = {.brokers = "127.0.0.1:9", .topic = "t"};
    struct sink_kafka *k = NULL;
    char reason[200] = "", what[80];
    struct buf batch;
    (void)state;
    assert_int_equal(sink_kafka_open(&settings, reason, sizeof reason, &k).code, GW_BAD);
    assert_null(k);
    assert_non_null(strstr(reason, "librdkafka-dev"));
    buf_init(&batch, 100);
    sink_kafka_put(&batch, SLICE_LIT("k"), SLICE_LIT("v"));
    assert_false(gw_ok(buf_result(&batch)));
    assert_int_equal(sink_kafka_send(NULL, SLICE_LIT("x"), reason, sizeof reason).code, GW_BAD);
    sink_kafka_describe(what, sizeof what);
    assert_string_equal(what, "no librdkafka in this build");
    sink_kafka_close(NULL);
    buf_free(&batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_refuses_in_words_and_sends_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
