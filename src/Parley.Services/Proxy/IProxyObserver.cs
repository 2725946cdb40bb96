using Parley.Sip.Messages;

namespace Parley.Services.Proxy;

/// <summary>Told what becomes of a request; see <see cref="ProxyRequest.Observe"/>. Called on its lane; must not block.</summary>
public interface IProxyObserver
{
    /// <summary>A response of a target, or the end of waiting for one.</summary>
    /// <param name="target">The target; null when the request went where its Route or request-URI led.</param>
    /// <param name="status">The status code; 408, 430, 487 or 503 of our own making without a response.</param>
    /// <param name="response">The response, lent for the call; null when there was none.</param>
    void OnResponse(ProxyTarget? target, int status, SipMessage? response);

    /// <summary>The last call: nothing of the request can come any more.</summary>
    /// <param name="status">What was sent back; 0 for nothing.</param>
    void OnDone(int status);
}

/// <summary>What happened to a request, target by target.</summary>
/// <param name="Status">What was sent back; 0 for nothing.</param>
/// <param name="Responses">In the order they came.</param>
public sealed record ProxyReport(int Status, IReadOnlyList<ProxyReportLine> Responses)
{
    /// <summary>True when it was answered with a 2xx.</summary>
    public bool IsConnected => Status is >= 200 and < 300;
}

/// <summary>One response of one target.</summary>
/// <param name="Target">The target; null when the request went where its Route or request-URI led.</param>
/// <param name="Time">When it came.</param>
/// <param name="Status">Its status code.</param>
/// <param name="Message">A copy to keep; null when there was no response.</param>
public sealed record ProxyReportLine(ProxyTarget? Target, DateTimeOffset Time, int Status, SipMessage? Message);

/// <summary>Gathers a <see cref="ProxyReport"/>: give it to <see cref="ProxyRequest.Observe"/> and await <see cref="Completion"/>.</summary>
/// <param name="time">The clock of the report.</param>
public sealed class ProxyReporter(TimeProvider time) : IProxyObserver
{
    private readonly TaskCompletionSource<ProxyReport> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<ProxyReportLine> _lines = [];

    /// <summary>The report, once nothing of the request can come any more: for an INVITE that was answered, 32 s later.</summary>
    public Task<ProxyReport> Completion => _completion.Task;

    /// <inheritdoc/>
    public void OnResponse(ProxyTarget? target, int status, SipMessage? response) =>
        _lines.Add(new(target, time.GetUtcNow(), status, response?.ToOwned()));

    /// <inheritdoc/>
    public void OnDone(int status) => _completion.TrySetResult(new(status, _lines));
}
