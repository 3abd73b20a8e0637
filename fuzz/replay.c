/* SPDX-License-Identifier: ISC
 *
 * The main that runs a fuzz target over files and folders of files, so that every
 * input ever worth keeping is a test without a fuzzer at hand.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct stat info;
    if (!file || fstat(fileno(file), &info) < 0) {
        perror(path);
        return -1;
    }
    size_t size = (size_t)info.st_size;
    uint8_t *data = malloc(size ? size : 1);
    if (!data || fread(data, 1, size, file) != size) {
        fprintf(stderr, "%s: could not be read\n", path);
        exit(1);
    }
    fclose(file);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 1;
}

static int run_folder(const char *path)
{
    DIR *folder = opendir(path);
    if (!folder) {
        perror(path);
        return -1;
    }
    int count = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (entry->d_name[0] == '.')
            continue;
        char name[4096];
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        int result = run_file(name);
        if (result < 0) {
            closedir(folder);
            return -1;
        }
        count += result;
    }
    closedir(folder);
    return count;
}

int main(int argc, char **argv)
{
    int count = 0;
    for (int i = 1; i < argc; i++) {
        struct stat info;
        if (stat(argv[i], &info) < 0) {
            perror(argv[i]);
            return 1;
        }
        int result = S_ISDIR(info.st_mode) ? run_folder(argv[i]) : run_file(argv[i]);
        if (result < 0)
            return 1;
        count += result;
    }
    if (count == 0) {
        fprintf(stderr, "no input was run\n");
        return 1;
    }
    printf("%d inputs\n", count);
    return 0;
}
