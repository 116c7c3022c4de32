/* proxy/main/main.c - where the program begins; everything else is in verb.c. */
#include "proxy/base/base.h"
#include "proxy/main/verb.h"

int main(int argc, char **argv)
{
    return verb_run(argc, argv);
}
