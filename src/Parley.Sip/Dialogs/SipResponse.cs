using Parley.Net;
using Parley.Sip.Messages;

namespace Parley.Sip.Dialogs;

/// <summary>The outcome of a request.</summary>
/// <param name="Status">Final status; 408 or 503 of our own making when nothing came back (RFC 3261 §8.1.3.1).</param>
/// <param name="Reason">Reason phrase, or what went wrong.</param>
/// <param name="Message">The final response, the receiver's to keep; null when nothing came back.</param>
/// <param name="RoundTrip">Time from the first sending to the final response, challenges included; resolution 1 ms.</param>
public sealed record SipResponse(int Status, string Reason, SipMessage? Message, TimeSpan RoundTrip)
{
    /// <summary>True for a 2xx.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;
}

/// <summary>Somebody off the lane who waits for an outcome.</summary>
internal sealed class PendingResponse(Lane lane)
{
    private readonly TaskCompletionSource<SipResponse> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _since;

    public Task<SipResponse> Task => _source.Task;

    public void Start() => _since = lane.Now;

    public void Complete(int status, string reason, SipMessage? response) =>
        _source.TrySetResult(new SipResponse(status, reason, response?.ToOwned(), TimeSpan.FromMilliseconds(lane.Now - _since)));

    public void Fail(Exception exception) => _source.TrySetException(exception);
}
