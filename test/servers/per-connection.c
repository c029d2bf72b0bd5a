/*
 * A TLS server that gives each connection a thread or a process of its own, as many small servers do.
 *
 * usage: per-connection PORT CERTIFICATE KEY thread|fork|fork-ignored
 *
 * `fork` waits for its children; `fork-ignored` ignores SIGCHLD, so that the kernel drops them. On SIGTERM it prints the CPU time in µs that
 * the kernel has accounted to it and to the children that it has waited for.
 */
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static SSL_CTX *context;

static void *serve(void *argument)
{
    int connection = (int)(long)argument;
    SSL *ssl = SSL_new(context);
    char request[4096];
    SSL_set_fd(ssl, connection);
    if (SSL_accept(ssl) == 1)
        SSL_read(ssl, request, sizeof request);
    SSL_free(ssl);
    close(connection);
    return NULL;
}

static void in_thread(int connection)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, serve, (void *)(long)connection) == 0)
        pthread_detach(thread);
}

static void in_process(int listener, int connection)
{
    if (fork() == 0) {
        close(listener);
        signal(SIGTERM, SIG_DFL);
        serve((void *)(long)connection);
        _exit(0);
    }
    close(connection);
}

static void wait_for_children(int signal)
{
    (void)signal;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
}

static long used_us(int who)
{
    struct rusage usage;
    getrusage(who, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000L + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static void report(int signal)
{
    (void)signal;
    printf("used %ld\n", used_us(RUSAGE_SELF) + used_us(RUSAGE_CHILDREN));
    fflush(stdout);
    _exit(0);
}

static int listen_on(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 512) != 0) {
        perror("listen");
        exit(1);
    }
    return listener;
}

int main(int count, char **arguments)
{
    if (count != 5)
        return 2;
    const char *manner = arguments[4];
    signal(SIGPIPE, SIG_IGN);
    signal(SIGTERM, report);
    if (strcmp(manner, "fork") == 0)
        signal(SIGCHLD, wait_for_children);
    if (strcmp(manner, "fork-ignored") == 0)
        signal(SIGCHLD, SIG_IGN);
    context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate_chain_file(context, arguments[2]);
    SSL_CTX_use_PrivateKey_file(context, arguments[3], SSL_FILETYPE_PEM);
    int listener = listen_on(atoi(arguments[1]));
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        if (connection < 0)
            continue;
        if (strcmp(manner, "thread") == 0)
            in_thread(connection);
        else
            in_process(listener, connection);
    }
}
