/* SPDX-License-Identifier: ISC
 *
 * libnids (https://libnids.sourceforge.net): reassembles the streams of a file and counts
 * their bytes; with -p, libhtp parses them, and complete transactions are counted too.
 * Checksums are not looked at, as no other program here looks at them.
 */
#include <err.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <htp/htp.h>
#include <nids.h>

#define CONNECTIONS_MAX (1 << 18)

static uint64_t stream_bytes, transactions;
static htp_cfg_t *config; /* NULL: count bytes only */

static int count_transaction(htp_tx_t *transaction)
{
    (void)transaction;
    transactions++;
    return HTP_OK;
}

static void begin(struct tcp_stream *stream, void **parser)
{
    stream->client.collect = 1;
    stream->server.collect = 1;
    *parser = config == NULL ? NULL : htp_connp_create(config);
    if (*parser == NULL)
        return;
    htp_connp_open(*parser, NULL, 0, NULL, 0, NULL);
}

/* What is collected in the client's half came from the server. */
static void data(struct tcp_stream *stream, htp_connp_t *parser)
{
    bool is_response = stream->client.count_new > 0;
    const struct half_stream *half = is_response ? &stream->client : &stream->server;

    stream_bytes += (uint64_t)half->count_new;
    if (parser == NULL)
        return;
    if (is_response)
        htp_connp_res_data(parser, NULL, half->data, (size_t)half->count_new);
    else
        htp_connp_req_data(parser, NULL, half->data, (size_t)half->count_new);
}

static void end(htp_connp_t *parser)
{
    if (parser == NULL)
        return;
    htp_connp_close(parser, NULL);
    htp_connp_destroy_all(parser);
}

static void follow(struct tcp_stream *stream, void **parser)
{
    if (stream->nids_state == NIDS_JUST_EST)
        begin(stream, parser);
    else if (stream->nids_state == NIDS_DATA)
        data(stream, *parser);
    else
        end(*parser);
}

static void ignore_warning(void) {}

static void configure_libhtp(void)
{
    config = htp_config_create();
    htp_config_set_server_personality(config, HTP_SERVER_GENERIC);
    htp_config_set_response_decompression(config, 0);
    htp_config_set_tx_auto_destroy(config, 1);
    htp_config_register_transaction_complete(config, count_transaction);
}

int main(int argc, char **argv)
{
    static struct nids_chksum_ctl no_checksums = { .action = NIDS_DONT_CHKSUM };

    if (argc != 2 && !(argc == 3 && strcmp(argv[1], "-p") == 0))
        errx(2, "usage: peer_libnids [-p] FILE");
    if (argc == 3)
        configure_libhtp();
    nids_params.filename = argv[argc - 1];
    nids_params.n_tcp_streams = CONNECTIONS_MAX;
    nids_params.scan_num_hosts = 0;
    nids_params.syslog = ignore_warning;
    nids_register_chksum_ctl(&no_checksums, 1);
    if (!nids_init())
        errx(1, "libnids: %s", nids_errbuf);
    nids_register_tcp((void *)(uintptr_t)follow);
    nids_run();
    printf("stream_bytes %" PRIu64 "\n", stream_bytes);
    if (config != NULL)
        printf("transactions %" PRIu64 "\n", transactions);
    return 0;
}
