using System.Globalization;
using System.Text;
using Parley.BackToBack;
using Parley.Dialogs;
using Parley.Media.Sdp;
using Parley.Sip.Authentication;
using Parley.Sip.Messages;

namespace Parley.Control;

/// <summary>
/// Third party call control (RFC 3725): both parties are called from here, and their descriptions are passed from one to the other, so that the audio goes between the phones.
/// One run for one call.
/// </summary>
internal sealed class ThirdParty(DialogAgent agent, LogicalCall call, StartCall start, CommandTrack track)
{
    private static readonly B2buaOptions s_options = new() { Refer = ReferPolicy.Refuse };

    private readonly Lock _gate = new();
    private InviteDialog? _caller;
    private InviteDialog? _callee;

    /// <summary>True once the caller has answered: what fails from then on is the callee's.</summary>
    public bool CallerAnswered { get; private set; }

    /// <summary>The caller's offer goes to the callee, whose answer goes back in the ACK (RFC 3725 §4.1).</summary>
    public async Task ByFirstOfferAsync(Target caller, Target callee, CancellationToken stop)
    {
        _caller = await CallAsync(
            caller,
            new UacOptions
            {
                SdpFor = async (offer, gone) =>
                {
                    TellAnswered();
                    using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, gone);
                    _callee = await CallCalleeAsync(callee, new UacOptions { Sdp = offer ?? throw NoOffer() }, null, either.Token).ConfigureAwait(false);
                    return _callee.Remote.Sdp;
                },
            },
            null,
            stop).ConfigureAwait(false);
        if (!call.TrySetCaller(new DirectLeg(_caller, start.Caller)))
            throw new OperationCanceledException(stop);
    }

    /// <summary>The caller's offer is answered so that nothing flows; then as <see cref="ByLateOfferAsync"/> (RFC 3725 §4.3).</summary>
    public async Task ByHeldAnswerAsync(Target caller, Target callee, CancellationToken stop)
    {
        var options = new UacOptions { SdpFor = static (offer, _) => new(HeldAnswer(offer)) };
        await AnsweredAsync(await CallAsync(caller, options, null, stop).ConfigureAwait(false), callee, stop).ConfigureAwait(false);
    }

    /// <summary>The caller is offered a session without streams; the callee's offer comes to it in a re-INVITE (RFC 3725 §4.4).</summary>
    public async Task ByLateOfferAsync(Target caller, Target callee, CancellationToken stop)
    {
        InviteDialog answered;
        try
        {
            answered = await CallAsync(caller, new UacOptions { Sdp = Empty() }, null, stop).ConfigureAwait(false);
        }
        catch (DialogException e) when (e.Status is 406 or 415 or 488 or 606 && !stop.IsCancellationRequested)
        {
            // A phone that cannot do without a stream makes an offer itself, most of the time.
            await ByHeldAnswerAsync(caller, callee, stop).ConfigureAwait(false);
            return;
        }

        await AnsweredAsync(answered, callee, stop).ConfigureAwait(false);
    }

    /// <summary>Both are up: from here on what happens to one happens to the other.</summary>
    /// <returns>The callee; null when the call is over already.</returns>
    public async Task<CallLeg?> LinkAsync()
    {
        var (one, other) = (_caller!, _callee!);
        var lane = one.Session.Lane;
        var pair = new B2bua(agent, s_options, lane, new SdpPipe(lane, e => Log.DialogCallbackFailed(agent.Logger, e), call.Over), null);
        await lane.RunAsync(() =>
        {
            one.Hand(pair);
            pair.Link(one, other, null);
        }).ConfigureAwait(false);
        call.Pair = pair;
        var callee = new DirectLeg(other, start.Callee);
        return call.TryConnect(callee) && call.Join() ? callee : null;
    }

    /// <summary>Hangs up who has been reached, when it came to nothing.</summary>
    public async Task GiveUpAsync()
    {
        foreach (var dialog in new[] { _caller, _callee }.OfType<InviteDialog>())
            await dialog.DestroyAsync().ConfigureAwait(false);
    }

    private async Task AnsweredAsync(InviteDialog answered, Target callee, CancellationToken stop)
    {
        _caller = answered;
        if (!call.TrySetCaller(new DirectLeg(answered, start.Caller)))
            throw new OperationCanceledException(stop);
        TellAnswered();
        _callee = await CallCalleeAsync(callee, new UacOptions { SdpFor = (offer, _) => B2bua.OfferToAsync(answered, offer) }, answered, stop).ConfigureAwait(false);
    }

    private void TellAnswered()
    {
        CallerAnswered = true;
        track.Tell(new(CommandStep.CallerAnswered) { Call = call.Snapshot(), Caller = start.Caller, Callee = start.Callee });
        track.Tell(new(CommandStep.Transferring) { Call = call.Snapshot(), Caller = start.Caller, Destination = start.Callee });
    }

    private async Task<InviteDialog> CallCalleeAsync(Target callee, UacOptions options, InviteDialog? beside, CancellationToken stop)
    {
        var callId = "";
        options = options with
        {
            OnProgress = progress =>
            {
                lock (_gate) // its start is told first
                    track.Tell(Step(CommandStep.TransferPending, callId) with { Status = progress.Status, Reason = progress.Reason });
            },
        };
        UacAttempt attempt;
        lock (_gate)
        {
            attempt = Start(callee, options, beside);
            callId = attempt.CallId;
            call.Know(callId);
            call.Ring();
            track.Tell(Step(CommandStep.TransferStart, callId));
        }

        return await WaitAsync(attempt, stop).ConfigureAwait(false);
    }

    private CommandProgress Step(CommandStep step, string callId) => new(step) { CallId = callId, Call = call.Snapshot(), Caller = start.Caller, Callee = start.Callee };

    private Task<InviteDialog> CallAsync(Target target, UacOptions options, InviteDialog? beside, CancellationToken stop)
    {
        var attempt = Start(target, options, beside);
        call.Know(attempt.CallId);
        return WaitAsync(attempt, stop);
    }

    private UacAttempt Start(Target target, UacOptions options, InviteDialog? beside)
    {
        var dial = target.Options;
        return agent.StartUacOn(
            beside?.Session.Lane ?? _caller?.Session.Lane,
            dial.Flow,
            target.Uri,
            options with
            {
                Caller = dial.Caller,
                To = dial.To,
                Headers = dial.Headers,
                Credentials = dial.Password is null ? null : new DigestCredentials { Username = dial.UserName ?? "", Password = dial.Password },
                Proxy = dial.Proxy,
                Route = [.. dial.Route.Select(hop => hop.ToString())],
                RingTimeout = target.Limit,
            });
    }

    private static async Task<InviteDialog> WaitAsync(UacAttempt attempt, CancellationToken stop)
    {
        using (stop.UnsafeRegister(static attempt => ((UacAttempt)attempt!).Cancel(), attempt))
        {
            var dialog = await attempt.Answered.ConfigureAwait(false);
            if (!stop.IsCancellationRequested)
                return dialog;
            await dialog.DestroyAsync().ConfigureAwait(false);
            throw new OperationCanceledException(stop);
        }
    }

    private static DialogException NoOffer() => new(488, "The answer carries no offer although our INVITE had none");

    // A session that has no streams yet (RFC 3725 §4.4).
    private static string Empty() => string.Create(CultureInfo.InvariantCulture, $"v=0\r\no=- {Random.Shared.Next(1, int.MaxValue)} 1 IN IP4 0.0.0.0\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n");

    // Every stream taken, and nothing sent or received on any: the address is nobody's, the port the one that discards (RFC 3725 §4.3).
    private static string? HeldAnswer(string? offer)
    {
        if (offer is null || !SdpParser.TryParse(Encoding.UTF8.GetBytes(offer), SdpLimits.Default, out var theirs, out _) || !SdpParser.TryParse(Encoding.UTF8.GetBytes(Empty()), SdpLimits.Default, out var ours, out _))
            return null;
        var streams = theirs.Media.Select(stream => stream with
        {
            Port = stream.Port == 0 ? 0 : 9,
            Connection = null,
            Attributes = [.. stream.Attributes.Where(attribute => attribute.Is("rtpmap") || attribute.Is("fmtp") || attribute.Is("mid")), new SdpAttribute("inactive")],
            OtherLines = [],
        });
        return SdpWriter.ToText(ours with { Media = [.. streams] });
    }

    /// <summary>Where one of the parties is called, and how.</summary>
    /// <param name="Uri">The request-URI.</param>
    /// <param name="Options">How it is dialled.</param>
    /// <param name="Limit">How long it may ring.</param>
    internal sealed record Target(string Uri, DialOptions Options, TimeSpan Limit);
}
