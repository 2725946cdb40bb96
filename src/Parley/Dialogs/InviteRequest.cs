using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transfers;
using Parley.Sip.Transport;

namespace Parley.Dialogs;

/// <summary>
/// A call somebody makes to us, until it is answered, refused or cancelled: what <see cref="DialogRoutes.OnInvite"/> is given. Members may be used from any
/// thread.
/// </summary>
public sealed class InviteRequest : IInviteSessionHandler
{
    private readonly EndSignal _over;
    private CallEnd? _end;
    private SipMessage? _cancel;

    internal InviteRequest(DialogAgent agent, IncomingInvite invite)
    {
        Agent = agent;
        _over = new EndSignal(agent.Logger);
        Invite = invite;
        Message = invite.Request.ToOwned();
        From = SipAddress.Parse(Message.GetString(HeaderId.From)!);
        To = SipAddress.Parse(Message.GetString(HeaderId.To)!);
        Replaced = invite.Replaced;
    }

    /// <summary>The INVITE.</summary>
    public SipMessage Message { get; }

    /// <summary>Who calls: the From header.</summary>
    public SipAddress From { get; }

    /// <summary>Who is called: the To header.</summary>
    public SipAddress To { get; }

    /// <summary>User part of the From URI; empty when it has none.</summary>
    public string FromUser => From.Uri.User ?? "";

    /// <summary>User part of the request-URI; empty when it has none.</summary>
    public string ToUser => Message.TryGetRequestUri(out var uri) ? System.Text.Encoding.UTF8.GetString(uri.User) : "";

    /// <summary>The Call-ID.</summary>
    public string CallId => Message.GetString(HeaderId.CallId)!;

    /// <summary>The caller's offer as text; null when it made none.</summary>
    public string? Sdp => SessionBody.Text(Message);

    /// <summary>Where the caller's signalling comes from.</summary>
    public NetEndpoint Source => Invite.Flow.Remote;

    /// <summary>What it came over.</summary>
    public SipTransport Transport => Invite.Flow.Transport;

    /// <summary>The call of ours it is to take the place of (RFC 3891): whoever answers must decide whether the caller may. Null for an ordinary call.</summary>
    public ReplacedCall? Replaced { get; }

    /// <summary>Fires when the call is over without having been answered: cancelled, refused, given up.</summary>
    public CancellationToken Cancelled => _over.Token;

    /// <summary>The CANCEL, or the BYE in its place, once it has come; its Reason header says why.</summary>
    public SipMessage? CancelMessage => Volatile.Read(ref _cancel);

    /// <summary>The agent it came to.</summary>
    public DialogAgent Agent { get; }

    internal IncomingInvite Invite { get; }

    internal InviteDialog? Dialog { get; private set; }

    /// <summary>
    /// The caller's audio where it is relayed here. It outlives an attempt to call somebody that failed: what the caller was told as early media holds for the answer too
    /// (RFC 3264 §4).
    /// </summary>
    internal CallMedia? Media { get; set; }

    /// <summary>Told on the lane when the call ends before its answer; for whoever has legs of its own to clear.</summary>
    internal Action<CallEnd, SipMessage?>? OnOver { get; set; }

    /// <summary>Told on the lane a PRACK for a provisional response of ours; without anybody it is answered by default.</summary>
    internal Action<IncomingRequest>? OnPrack { get; set; }

    /// <summary>Told on the lane a request that comes before the answer; without anybody it is answered by default.</summary>
    internal Action<IncomingRequest>? OnEarly { get; set; }

    /// <summary>Value of the first header of that name, or null.</summary>
    public string? Header(string name) => Message.GetString(name);

    /// <summary>Sends 100 Trying at once (the transaction would after 200 ms).</summary>
    /// <exception cref="DialogException">It is no longer pending.</exception>
    public Task TryingAsync() => OnLaneAsync(Invite.Trying);

    /// <summary>Sends a provisional response: 180 while it rings, 183 with a description for early media.</summary>
    /// <param name="status">101–199. Default 180.</param>
    /// <param name="options">Description, headers, whether the caller has to confirm it. Default none of them.</param>
    /// <exception cref="DialogException">It is no longer pending.</exception>
    public Task ProgressAsync(int status = 180, ProgressOptions? options = null)
    {
        options ??= ProgressOptions.Default;
        var body = SessionBody.Of(options.Sdp);
        return OnLaneAsync(() => Invite.Progress(status, options.Reason, body, options.Headers, options.Reliability));
    }

    /// <summary>Refuses the call.</summary>
    /// <param name="status">400–699, e.g. 486 Busy Here or 603 Decline.</param>
    /// <param name="reason">Reason phrase. Default the standard one.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <exception cref="DialogException">It is no longer pending.</exception>
    public Task RejectAsync(int status, string? reason = null, IReadOnlyList<SipHeader>? headers = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 400);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 699);
        return OnLaneAsync(() => Invite.Reject(status, reason, headers));
    }

    /// <summary>Sends the caller elsewhere.</summary>
    /// <param name="contacts">Where to, best first.</param>
    /// <param name="status">300–399. Default 302.</param>
    /// <exception cref="ArgumentException">No contact, or one that is no URI.</exception>
    /// <exception cref="DialogException">It is no longer pending.</exception>
    public Task RedirectAsync(IReadOnlyList<string> contacts, int status = 302)
    {
        ArgumentNullException.ThrowIfNull(contacts);
        var uris = contacts.Select(contact => TargetUri.Parse(contact, nameof(contacts))).ToList();
        return OnLaneAsync(() => Invite.Redirect(uris, status));
    }

    /// <summary>Refused when nobody else has decided; any thread.</summary>
    internal void RefuseIfPending(int status, string? reason = null)
    {
        if (Dialog is not null)
            return; // answered: no need to wake the lane
        Invite.Lane.Run(
            static state =>
            {
                var (invite, status, reason) = ((IncomingInvite, int, string?))state!;
                if (invite.IsPending)
                    invite.Reject(status, reason);
            },
            (Invite, status, reason));
    }

    /// <summary>Answers; on the lane, pending.</summary>
    internal InviteDialog Answer(IDialogOwner owner, SipBody body, IReadOnlyList<SipHeader>? headers, SessionTimerOptions? timer)
    {
        // Before the answer leaves: what follows it is told to the dialog.
        var dialog = InviteDialog.OfCalled(this, owner, body);
        Dialog = dialog;
        try
        {
            dialog.Attach(Invite.Answer(body, headers, timer));
        }
        catch
        {
            Dialog = null;
            throw;
        }

        return dialog;
    }

    /// <summary>The audio is not to be relayed after all.</summary>
    internal void DropMedia()
    {
        if (Media is { } media)
            _ = media.DisposeAsync().AsTask();
        Media = null;
    }

    /// <summary>Refuses to go on with a call that is answered or over.</summary>
    internal void RequirePending()
    {
        if (Invite.IsPending)
            return;
        throw _end is { } end ? DialogException.Of(end, null) : new InvalidOperationException("The call has its final response already.");
    }

    void IInviteSessionHandler.OnPrack(IncomingInvite invite, IncomingRequest prack)
    {
        if (OnPrack is { } take)
            take(prack);
        else
            prack.Respond(prack.HasOffer ? 488 : 200);
    }

    void IInviteSessionHandler.OnEarlyRequest(Dialog early, IncomingRequest request)
    {
        if (OnEarly is { } take)
            take(request);
        else
            HandlerOwner.AnswerEarlyByDefault(request);
    }

    void IInviteSessionHandler.OnUpdate(InviteSession session, IncomingRequest request) => ((IInviteSessionHandler)Dialog!).OnUpdate(session, request);

    void IInviteSessionHandler.OnConfirmed(InviteSession session, SipMessage ack) => ((IInviteSessionHandler)Dialog!).OnConfirmed(session, ack);

    void IInviteSessionHandler.OnReinvite(InviteSession session, IncomingRequest request) => ((IInviteSessionHandler)Dialog!).OnReinvite(session, request);

    void IInviteSessionHandler.OnReinviteConfirmed(InviteSession session, SipMessage ack) => ((IInviteSessionHandler)Dialog!).OnReinviteConfirmed(session, ack);

    void IInviteSessionHandler.OnRequest(InviteSession session, IncomingRequest request) => ((IInviteSessionHandler)Dialog!).OnRequest(session, request);

    void IInviteSessionHandler.OnRefreshed(InviteSession session, SessionRefresh refresh) => ((IInviteSessionHandler)Dialog!).OnRefreshed(session, refresh);

    void IInviteSessionHandler.OnRefer(InviteSession session, IncomingRefer refer) => ((IInviteSessionHandler)Dialog!).OnRefer(session, refer);

    void IInviteSessionHandler.OnEnded(CallEnd end, SipMessage? message)
    {
        if (Dialog is { } dialog)
        {
            ((IInviteSessionHandler)dialog).OnEnded(end, message);
            return;
        }

        _end = end;
        DropMedia();
        if (message is { IsRequest: true })
            Volatile.Write(ref _cancel, message.ToOwned());
        OnOver?.Invoke(end, message);
        _over.Fire();
    }

    private Task OnLaneAsync(Action step) => Invite.Lane.RunAsync(() =>
    {
        RequirePending();
        step();
    });
}

/// <summary>What goes with a provisional response.</summary>
public sealed record ProgressOptions
{
    /// <summary>A session description: early media. Default none.</summary>
    public string? Sdp { get; init; }

    /// <summary>Reason phrase. Default the standard one.</summary>
    public string? Reason { get; init; }

    /// <summary>Headers added. Default none.</summary>
    public IReadOnlyList<SipHeader> Headers { get; init; } = [];

    /// <summary>Whether the caller has to confirm it with PRACK (RFC 3262). Default <see cref="Sip.Invites.Reliability.WhenRequired"/>: only one that requires it.</summary>
    public Reliability Reliability { get; init; } = Reliability.WhenRequired;

    internal static ProgressOptions Default { get; } = new();
}
