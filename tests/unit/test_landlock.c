/* tests/unit/test_landlock.c - what the kernel leaves of files and ports: proxy/main/landlock.h.
 * Each try is a process of its own; where the kernel has none, that is what is said. */
#include "proxy/base/base.h"
#include "proxy/main/landlock.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static char dir[] = "/tmp/bulla-landlock-XXXXXX";

static int begin(void **state)
{
    (void)state;
    if (mkdtemp(dir) == NULL || chdir(dir) != 0 || mkdir("in", 0700) != 0 ||
        mkdir("out", 0700) != 0 || mkdir("own", 0700) != 0)
        return 1;
    close(open("in/file", O_CREAT | O_WRONLY, 0600));
    close(open("out/file", O_CREAT | O_WRONLY, 0600));
    return 0;
}

static int finish(void **state)
{
    char line[100];
    (void)state;
    snprintf(line, sizeof line, "cd / && rm -r %s", dir);
    return system(line);
}

/* What a try gives in a process that has only that left: its errno, 0 when it works. */
static int tried(const struct landlock_plan *plan, int (*run)(void))
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        if (!gw_ok(landlock_apply(plan)))
            _exit(255);
        _exit(run());
    }
    assert_true(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int opens(const char *path, int flags)
{
    int fd = open(path, flags, 0600);
    return fd < 0 ? errno : 0;
}

static int read_inside(void)
{
    return opens("in/file", O_RDONLY);
}
static int write_inside(void)
{
    return opens("in/file", O_WRONLY);
}
static int make_inside(void)
{
    return opens("in/new", O_WRONLY | O_CREAT);
}
static int read_outside(void)
{
    return opens("out/file", O_RDONLY);
}
static int write_own(void)
{
    return opens("own/new", O_WRONLY | O_CREAT);
}
static int go_round(void)
{
    return opens("in/../out/file", O_RDONLY);
}

static void what_is_left_is_left_and_nothing_else(void **state)
{
    static const struct {
        int (*run)(void);
        bool works;
    } cases[] = {{read_inside, true},   {write_inside, false}, {make_inside, false},
                 {read_outside, false}, {write_own, true},     {go_round, false}};
    const char *const readable[] = {"in", "no/such/file", NULL};
    const struct landlock_plan plan = {.readable = readable, .writable = "own"};
    (void)state;
    if (landlock_abi() == 0) {
        assert_int_equal(tried(&plan, read_inside), 255);
        return;
    }
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        int why = tried(&plan, cases[i].run);
        if (why != (cases[i].works ? 0 : EACCES))
            fail_msg("case %zu: %s", i, strerror(why));
    }
    const struct landlock_plan nothing = {.readable = NULL};
    assert_int_equal(tried(&nothing, read_inside), EACCES);
    const char *const file[] = {"in/file", NULL}; /* a file alone: read, and its folder is not */
    const struct landlock_plan one = {.readable = file};
    assert_int_equal(tried(&one, read_inside), 0);
    assert_int_equal(tried(&one, write_inside), EACCES);
}

/* A folder that is to be written and is not there is a mistake of ours. */
static void a_writable_folder_must_be_there(void **state)
{
    const struct landlock_plan plan = {.writable = "no/such/folder"};
    (void)state;
    assert_int_equal(tried(&plan, read_inside), 255);
}

static unsigned open_port;

static int connect_there(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)open_port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return connect(fd, (struct sockaddr *)&at, sizeof at) == 0 ? 0 : errno;
}

static void ports_are_those_that_are_named(void **state)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    (void)state;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(bind(fd, (struct sockaddr *)&at, len) == 0 && listen(fd, 4) == 0 &&
                getsockname(fd, (struct sockaddr *)&at, &len) == 0);
    open_port = ntohs(at.sin_port);
    unsigned other = open_port == 65535 ? 1 : open_port + 1;
    const struct landlock_plan it = {.ports = &open_port, .port_count = 1},
                               another = {.ports = &other, .port_count = 1};
    if (landlock_abi() >= 4) {
        assert_int_equal(tried(&it, connect_there), 0);
        assert_int_equal(tried(&another, connect_there), EACCES);
    }
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_is_left_and_nothing_else),
        cmocka_unit_test(a_writable_folder_must_be_there),
        cmocka_unit_test(ports_are_those_that_are_named),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
