// The body of an asynchronous function: a change is known in the next frame, and done
// when nothing moves any more.
const done = arguments[arguments.length - 1];
const finish = () => {
    const running = document
        .getAnimations()
        .filter(
            (one) =>
                one.playState === "running" &&
                one.effect.getComputedTiming().endTime !== Infinity
        );
    Promise.allSettled(running.map((one) => one.finished)).then(() => done());
};
requestAnimationFrame(() => requestAnimationFrame(finish));
