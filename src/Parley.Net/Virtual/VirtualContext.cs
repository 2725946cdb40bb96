namespace Parley.Net;

/// <summary>Queues continuations with the clock, so that they run in order on the thread that moves it.</summary>
internal sealed class VirtualContext(VirtualTime time) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state) =>
        time.Schedule(TimeSpan.Zero, static posted =>
        {
            var (callback, state) = ((SendOrPostCallback, object?))posted!;
            callback(state);
        }, (d, state));

    public override void Send(SendOrPostCallback d, object? state) => d(state);

    public override SynchronizationContext CreateCopy() => this;
}
