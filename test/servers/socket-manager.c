/*
 * A service manager that opens a server's socket and hands it over, as systemd does: sd_listen_fds(3).
 *
 * usage: socket-manager exec|stay PORT PROGRAM [ARGUMENT...]
 *
 * With `exec` it becomes the server. With `stay` it lives on, keeps the socket open without ever
 * accepting from it, and has another service that is busy all the time. On SIGTERM it ends both.
 */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define FIRST_HANDED 3

static pid_t server, bystander;

static void end(int signal)
{
    kill(bystander, SIGKILL);
    kill(server, signal);
    waitpid(server, NULL, 0);
    _exit(0);
}

static void open_socket(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 512) != 0) {
        perror("listen");
        exit(1);
    }
    dup2(listener, FIRST_HANDED);
    if (listener != FIRST_HANDED)
        close(listener);
}

static void become(char **command)
{
    char pid[16];
    snprintf(pid, sizeof pid, "%d", getpid());
    setenv("LISTEN_PID", pid, 1);
    setenv("LISTEN_FDS", "1", 1);
    execvp(command[0], command);
    perror(command[0]);
    _exit(1);
}

static pid_t child(void)
{
    pid_t pid = fork();
    if (pid == 0)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    return pid;
}

int main(int count, char **arguments)
{
    if (count < 4)
        return 2;
    open_socket(atoi(arguments[2]));
    if (strcmp(arguments[1], "exec") == 0)
        become(arguments + 3);
    if ((server = child()) == 0)
        become(arguments + 3);
    if ((bystander = child()) == 0) {
        close(FIRST_HANDED);
        for (;;)
            ;
    }
    signal(SIGTERM, end);
    for (;;)
        pause();
}
