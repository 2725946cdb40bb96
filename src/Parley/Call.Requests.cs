using Parley.Media.Rtp;
using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley;

/// <content>Requests within the call.</content>
public abstract partial class Call
{
    internal abstract InviteSession? Session { get; }

    internal abstract Lane? SignallingLane { get; }

    /// <summary>
    /// The handler let an exception out: the caller gets 488 where no audio could be agreed on (RFC 3261 §13.3.1.3), 503 where no port is left for it,
    /// otherwise 500; BYE once the call is answered.
    /// </summary>
    internal void Fail(Exception exception) => BeginHangUp(exception switch
    {
        CallMediaException { Problem: CallMediaProblem.NotAcceptable or CallMediaProblem.Malformed or CallMediaProblem.NoOffer } =>
            new CallEnd(CallEndKind.Rejected, CallEndParty.Local, 488, exception.Message),
        CallMediaException { Problem: CallMediaProblem.NoPort } => new CallEnd(CallEndKind.Failed, CallEndParty.Local, 503, exception.Message),
        _ => new CallEnd(CallEndKind.Failed, CallEndParty.Local, 500, "The application failed"),
    });

    /// <summary>Sends a request within the call, e.g. INFO or MESSAGE, and waits for its final response.</summary>
    /// <exception cref="InvalidOperationException">The call is not answered.</exception>
    /// <exception cref="CallEndedException">The call is over.</exception>
    public Task<SipResponse> RequestAsync(
        SipMethod method, SipBody body = default, IReadOnlyList<SipHeader>? headers = null, CancellationToken cancel = default)
    {
        ThrowIfEnded();
        var session = Session ?? throw new InvalidOperationException("The call is not answered yet: there is no dialog to send a request in.");
        return session.SendAsync(method, body, headers).WaitAsync(cancel);
    }

    /// <summary>
    /// Sends digits as INFO requests with <c>application/dtmf-relay</c>, for peers that want them so; each waits for its response, and for the time it is held down and the pause behind it.
    /// <see cref="SendDigitsAsync"/> is what most peers understand.
    /// </summary>
    /// <exception cref="ArgumentException">A character is no DTMF digit.</exception>
    /// <exception cref="CallEndedException">The call is over.</exception>
    public async Task SendInfoDigitsAsync(string digits, DtmfOptions? options = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(digits);
        foreach (var digit in digits)
        {
            if (!InfoDigits.IsDigit(digit))
                throw new ArgumentException($"'{digit}' is no DTMF digit; 0-9, *, # and A-D are.", nameof(digits));
        }

        options ??= new();
        for (var i = 0; i < digits.Length; i++)
        {
            if (i > 0)
                await Task.Delay(options.Duration + options.Gap, Agent.Network.Time, cancel).ConfigureAwait(false);
            var body = new SipBody("application/dtmf-relay", InfoDigits.WriteRelay(char.ToUpperInvariant(digits[i]), options.Duration));
            await RequestAsync(SipMethod.Info, body, null, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>A re-INVITE: the audio follows it, or 488 and everything stays as it was (RFC 3261 §14.2). On the call's lane.</summary>
    private protected void Renegotiate(IncomingRequest request)
    {
        if (AudioSession.TryAnswerReinvite(request.Message, out var body, out var problem))
        {
            request.Respond(200, null, body);
            Changed();
        }
        else
        {
            request.Respond(488, null, default, [new SipHeader("Warning", Warning(problem))]);
        }
    }

    /// <summary>The answer to an offer of ours in the answer to a re-INVITE. On the call's lane.</summary>
    private protected void TakeAnswer(SipMessage ack)
    {
        AudioSession.TryAcceptAnswer(ack, out _);
        Changed();
    }

    /// <summary>INFO, MESSAGE and other requests within the call. On the call's lane.</summary>
    private protected void TakeRequest(IncomingRequest request)
    {
        if (request.Method == SipMethod.Options)
            request.RespondToOptions();
        else if (request.Method == SipMethod.Message)
            TakeMessage(request);
        else if (request.Method != SipMethod.Info)
            request.Respond(405);
        else if (InfoDigits.TryRead(request.Message, out var digit, out var duration))
        {
            AudioSession.Stream?.InjectDigit(digit, duration, DtmfSource.Info);
            request.Respond(200);
        }
        else if (request.Message.Has(HeaderId.InfoPackage))
            request.Respond(469); // RFC 6086 §4.2.2: no package of ours
        else
            request.Respond(request.Message.Body.IsEmpty ? 200 : 415, null, default, [new SipHeader("Accept", "application/dtmf-relay, application/dtmf")]);
    }

    private protected void ThrowIfEnded()
    {
        if (End is { } end)
            throw new CallEndedException(end);
    }

    // RFC 3261 §20.43: 399 is free text for people.
    internal static string Warning(string text) => $"399 parley \"{text.Replace('"', '\'').Replace('\\', '/').ReplaceLineEndings(" ")}\"";
}
