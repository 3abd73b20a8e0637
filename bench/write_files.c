/* SPDX-License-Identifier: ISC
 *
 * The physical limit of keeping transactions: reads all files below FROM into memory, and
 * then only creates them again below TO, writes them and closes them. Prints how many, and
 * "measured CPU WALL", the seconds that the writing alone took (see measure.c).
 */
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct file {
    char *name;
    char *bytes;
    size_t length;
};

static struct file *files;
static size_t count;

static void load(int directory, const char *name)
{
    struct stat status;
    struct file *file;
    int descriptor = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

    if (descriptor < 0 || fstat(descriptor, &status) < 0)
        err(1, "%s", name);
    if (!S_ISREG(status.st_mode)) {
        close(descriptor);
        return;
    }
    if ((count & (count - 1)) == 0)
        files = realloc(files, (count == 0 ? 1 : 2 * count) * sizeof(*files));
    if (files == NULL)
        err(1, "files");
    file = &files[count++];
    *file = (struct file){ .name = strdup(name), .bytes = malloc((size_t)status.st_size + 1),
                           .length = (size_t)status.st_size };
    if (file->name == NULL || file->bytes == NULL ||
        read(descriptor, file->bytes, file->length) != status.st_size)
        err(1, "%s", name);
    close(descriptor);
}

static void load_all(const char *path)
{
    DIR *directory = opendir(path);

    if (directory == NULL)
        err(1, "%s", path);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
        load(dirfd(directory), entry->d_name);
    closedir(directory);
}

static void write_all(int directory)
{
    for (size_t i = 0; i < count; i++) {
        int file = openat(directory, files[i].name,
                          O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

        if (file < 0 || write(file, files[i].bytes, files[i].length) != (ssize_t)files[i].length ||
            close(file) < 0)
            err(1, "%s", files[i].name);
    }
}

static double seconds(clockid_t clock)
{
    struct timespec time;

    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    size_t bytes = 0;
    int directory;

    if (argc != 3)
        errx(2, "usage: write_files FROM TO");
    load_all(argv[1]);
    directory = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        err(1, "%s", argv[2]);
    double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID), wall = seconds(CLOCK_MONOTONIC);
    write_all(directory);
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    wall = seconds(CLOCK_MONOTONIC) - wall;
    for (size_t i = 0; i < count; i++)
        bytes += files[i].length;
    printf("files %zu\nbytes %zu\nmeasured %.6f %.6f\n", count, bytes, cpu, wall);
    return 0;
}
