/* SPDX-License-Identifier: ISC
 *
 * The smallest program on the library: prints the target and status of every HTTP
 * transaction of a capture file. The README shows it.
 *
 *     cc transactions.c $(pkg-config --cflags --libs wirebeam)
 */
#include <stdio.h>

#include <wirebeam/wirebeam.h>

static void show(void *context, struct wb_flow *flow, struct wb_http_transaction *transaction)
{
    (void)context;
    (void)flow;
    printf("%.*s %u\n", (int)transaction->request.target.length, transaction->request.target.data,
           transaction->response.status);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: transactions FILE\n");
        return 2;
    }
    struct wb_engine_options options = {.source = {.file = argv[1]},
                                        .handlers = {.transaction = show}};
    struct wb_engine *engine;
    struct wb_error error;
    if (wb_engine_open(&engine, &options, &error) < 0) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    int code;
    while ((code = wb_engine_step(engine, -1, &error)) >= 0)
        ;
    wb_engine_finish(engine, &error);
    wb_engine_close(engine);
    if (code == WB_E_END)
        return 0;
    fprintf(stderr, "%s\n", error.text);
    return 1;
}
