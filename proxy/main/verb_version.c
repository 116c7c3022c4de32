/* proxy/main/verb_version.c - `bulla version` and `bulla --version`: what this program is made of.
 *
 * The build id is the linker's note in the running file: two builds that differ in a byte differ
 * here. Compiles the detectors to tell about them, and frees them. */
#include "proxy/base/base.h"
#include "proxy/main/seal.h"
#include "proxy/main/sink_kafka.h"
#include "proxy/main/verb.h"
#include "proxy/net/loop.h"
#include "proxy/net/tls.h"
#include "redact/scan.h"

#include <elf.h>
#include <link.h>

enum { BUILD_ID_MAX = 32 };

struct build_id {
    unsigned char at[BUILD_ID_MAX];
    size_t len;
};

/* The note "GNU" of type NT_GNU_BUILD_ID among the notes in [at, at + len). */
static void find_note(const unsigned char *at, size_t len, struct build_id *out)
{
    ElfW(Nhdr) note;
    for (size_t i = 0, next; i + sizeof note <= len; i = next) {
        memcpy(&note, at + i, sizeof note);
        size_t name = i + sizeof note, text = name + ((note.n_namesz + 3U) & ~(size_t)3);
        next = text + ((note.n_descsz + 3U) & ~(size_t)3);
        if (next > len)
            return;
        if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != 4 || note.n_descsz > BUILD_ID_MAX ||
            memcmp(at + name, "GNU", 4) != 0)
            continue;
        memcpy(out->at, at + text, note.n_descsz);
        out->len = note.n_descsz;
        return;
    }
}

/* The first object is the program itself; libraries are not looked at. */
static int look_at_object(struct dl_phdr_info *object, size_t size, void *build_id)
{
    (void)size;
    for (size_t i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        if (part->p_type == PT_NOTE)
            find_note((const unsigned char *)object->dlpi_addr + part->p_vaddr, part->p_memsz,
                      build_id);
    }
    return 1;
}

static void print_build(void)
{
    struct build_id id = {.len = 0};
    dl_iterate_phdr(look_at_object, &id);
    printf("build: ");
    for (size_t i = 0; i < id.len; i++)
        printf("%02x", id.at[i]);
    printf("%s, compiler %s\n", id.len == 0 ? "without an id" : "", __VERSION__);
}

int verb_version(int argc, char **argv)
{
    char reason[256] = "", engine[256] = "none", seal[200], kafka[80];
    struct scanner *scanner = NULL;
    (void)argc;
    printf("bulla %s\n", BULLA_VERSION);
    print_build();
    sink_kafka_describe(kafka, sizeof kafka);
    printf("libraries: %s, libevent %s, %s\n", tls_library(), loop_library(), kafka);
    if (!gw_ok(scanner_new(NULL, 0, NULL, reason, sizeof reason, &scanner)))
        return verb_failed(argv[0], "the detectors did not compile: %s", reason);
    scanner_describe(scanner, engine, sizeof engine);
    printf("scan engine: %s\n", engine);
    seal_describe(seal, sizeof seal);
    printf("seal: %s\n", seal);
    scanner_free(scanner);
    return VERB_GOOD;
}
