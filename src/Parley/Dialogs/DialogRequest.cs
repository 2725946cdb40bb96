using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Dialogs;

/// <summary>A request that waits for the application's answer: within a dialog, or outside any. May be answered from any thread, once.</summary>
public sealed class DialogRequest
{
    private readonly IncomingRequest _request;

    internal DialogRequest(IncomingRequest request)
    {
        _request = request;
        Message = request.Message.ToOwned();
    }

    /// <summary>The request, the application's to keep.</summary>
    public SipMessage Message { get; }

    /// <summary>Its method.</summary>
    public SipMethod Method => _request.Method;

    /// <summary>Its body as text; null when it has none.</summary>
    public string? Text => Message.Body.IsEmpty ? null : System.Text.Encoding.UTF8.GetString(Message.Body);

    /// <summary>Where it came from.</summary>
    public Net.NetEndpoint Source => _request.Flow.Remote;

    internal bool IsPending => _request.IsPending;

    internal Task AnswerIfPendingAsync(int status) => _request.Lane.RunAsync(() =>
    {
        if (_request.IsPending)
            _request.Respond(status);
    });

    /// <summary>Answers it. Does nothing when it is answered already or its sender has given up.</summary>
    /// <param name="status">100–699; below 200 it stays pending.</param>
    /// <param name="reason">Reason phrase. Default the standard one.</param>
    /// <param name="body">Body. Default none.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <exception cref="ArgumentException">A line break in <paramref name="reason"/>, or a header that is not the application's to write.</exception>
    public Task RespondAsync(int status = 200, string? reason = null, SipBody body = default, IReadOnlyList<SipHeader>? headers = null) =>
        _request.Lane.RunAsync(() => _request.Respond(status, reason, body, headers));
}
