/* One pool of threads for all steps. Its threads wait for work in a loop for a moment, and then sleep.

   All threads of a team run the same function, each its own share, and meet at barriers. A step that comes while the
   pool is at work for another thread of the program runs in that thread alone. */
#include "support.h"

#include <pthread.h>
#include <signal.h>

#define PATIENCE 4000 /* looks before a thread sleeps: some 50 microseconds */

static pthread_mutex_t at_work = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t bed = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t alarm_clock = PTHREAD_COND_INITIALIZER;
static atomic_int sleepers;

static int workers;
static atomic_int tickets[MOST_THREADS]; /* how many jobs each worker has been given */
static atomic_int working;       /* how many have not done theirs */
static struct {
    part *function;
    char *const *p;
    team *all;
} job;

static void rest(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* Waits while a word has a value. */
static void wait_while(atomic_int *word, int value) {
    for (int i = 0; i < PATIENCE; i++) {
        if (atomic_load_explicit(word, memory_order_acquire) != value) return;
        rest();
    }
    pthread_mutex_lock(&bed);
    atomic_fetch_add(&sleepers, 1);
    while (atomic_load(word) == value) pthread_cond_wait(&alarm_clock, &bed);
    atomic_fetch_sub(&sleepers, 1);
    pthread_mutex_unlock(&bed);
}

static void wake(void) {
    if (atomic_load(&sleepers)) {
        pthread_mutex_lock(&bed);
        pthread_cond_broadcast(&alarm_clock);
        pthread_mutex_unlock(&bed);
    }
}

void dl_barrier(team *all) {
    if (all->threads == 1) return;
    int phase = atomic_load_explicit(&all->phase, memory_order_relaxed);
    if (atomic_fetch_add(&all->arrived, 1) + 1 < all->threads) {
        wait_while(&all->phase, phase);
        return;
    }
    atomic_store(&all->arrived, 0);
    atomic_store(&all->phase, phase + 1);
    wake();
}

static void *work(void *number) {
    int t = (int)(long)number;
    for (int done = 0;; done++) {
        wait_while(&tickets[t], done);
        job.function(job.p, t, job.all);
        if (atomic_fetch_sub(&working, 1) == 1) wake();
    }
    return 0;
}

/* A process that is forked has none of its parent's threads. */
static void forget(void) {
    pthread_mutex_init(&at_work, 0);
    pthread_mutex_init(&bed, 0);
    pthread_cond_init(&alarm_clock, 0);
    atomic_store(&sleepers, 0);
    for (; workers > 0; workers--) atomic_store(&tickets[workers], 0);
}

/* Starts workers until there are so many; gives how many there are. */
static int start(int wanted) {
    static int registered;
    if (!registered) registered = !pthread_atfork(0, 0, forget);
    sigset_t all, before; /* signals are for the program's own threads */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (pthread_t thread; workers < wanted; workers++) {
        if (pthread_create(&thread, 0, work, (void *)(long)(workers + 1))) break;
        pthread_detach(thread);
    }
    pthread_sigmask(SIG_SETMASK, &before, 0);
    return workers;
}

int dl_team(part *function, char *const *p, int threads) {
    team all = {.threads = 1};
    if (threads > MOST_THREADS) threads = MOST_THREADS;
    if (threads > 1 && pthread_mutex_trylock(&at_work) == 0) {
        int helpers = workers < threads - 1 ? start(threads - 1) : threads - 1;
        if (helpers > threads - 1) helpers = threads - 1;
        all.threads = helpers + 1;
        job.function = function, job.p = p, job.all = &all;
        atomic_store(&working, helpers);
        for (int t = 1; t <= helpers; t++) atomic_fetch_add(&tickets[t], 1);
        wake();
        function(p, 0, &all);
        for (int left; (left = atomic_load(&working));) wait_while(&working, left);
        pthread_mutex_unlock(&at_work);
    } else {
        function(p, 0, &all);
    }
    return atomic_load(&all.failure);
}
