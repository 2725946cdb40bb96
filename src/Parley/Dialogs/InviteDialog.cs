using System.Text;
using Parley.Media.Sdp;
using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transfers;
using Parley.Sip.Transport;

namespace Parley.Dialogs;

/// <summary>
/// A call as a dialog: identifiers, descriptions of both sides, and the verbs between answer and BYE. Media is the application's business: descriptions are text.
/// Members may be used from any thread. Disposing it hangs up.
/// </summary>
public sealed partial class InviteDialog : SipDialog, IOutgoingInviteHandler
{
    private readonly TaskCompletionSource<CallEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _contactUser;
    private IDialogOwner _owner;
    private InviteSession? _session;
    private volatile byte[]? _local;
    private volatile byte[]? _remote;
    private byte[]? _wanted;
    private bool _heldByPeer;

    private InviteDialog(DialogAgent agent, DialogDirection direction, IDialogOwner owner, string contactUser)
        : base(agent)
    {
        Direction = direction;
        _owner = owner;
        _contactUser = contactUser;
    }

    /// <inheritdoc/>
    public override DialogDirection Direction { get; }

    /// <inheritdoc/>
    public override DialogIdentifiers Sip
    {
        get
        {
            var dialog = Session.Dialog;
            return field ??= new DialogIdentifiers(dialog.CallId, dialog.LocalTag, dialog.RemoteTag);
        }
    }

    /// <inheritdoc/>
    public override DialogParty Local => new(TextOf(_local), SipAddress.Parse(Session.Dialog.Local), ContactUri.Of(_contactUser, Session.Flow));

    /// <inheritdoc/>
    public override DialogParty Remote => new(TextOf(_remote), SipAddress.Parse(Session.Dialog.Remote), Session.Dialog.RemoteTarget);

    /// <inheritdoc/>
    public override DialogState State => Session.Dialog.State;

    /// <inheritdoc/>
    public override string Routes => Session.Dialog.Routes;

    /// <summary>True once the ACK has come or gone.</summary>
    public bool IsConfirmed => Session.IsConfirmed;

    /// <summary>The INVITE an incoming call began with; null for one of ours.</summary>
    public SipMessage? Invite { get; private init; }

    /// <summary>The 2xx that answered a call of ours; null for an incoming one.</summary>
    public SipMessage? Answer { get; private set; }

    /// <summary>We hold the peer: our last description takes nothing from it, and not because the peer wanted it so.</summary>
    public bool IsHeldByUs => Holds(_wanted);

    /// <summary>The peer holds us: its description takes nothing from us, and not because we wanted it so.</summary>
    public bool IsHeldByPeer => Volatile.Read(ref _heldByPeer);

    /// <summary>One side holds the other.</summary>
    public bool OnHold => IsHeldByUs || IsHeldByPeer;

    /// <summary>The other leg of a B2BUA; null for a dialog that stands alone.</summary>
    public InviteDialog? Other { get; internal set; }

    /// <summary>How it ended; null while it has not.</summary>
    public CallEnd? End => _end.Task.IsCompletedSuccessfully ? _end.Task.Result : null;

    /// <summary>The session below, for those who work at that level, on its lane.</summary>
    public InviteSession Session => _session ?? throw new InvalidOperationException("The call is not answered yet.");

    internal override Lane? Lane => _session?.Lane;

    /// <summary>The audio of a call that is relayed here: then descriptions are its business. Null otherwise.</summary>
    internal CallMedia? Media { get; set; }

    internal byte[]? LocalSdp => _local;

    internal byte[]? RemoteSdp => _remote;

    /// <summary>Waits for the end, whoever ends it.</summary>
    public Task<CallEnd> WaitForEndAsync(CancellationToken cancel = default) => _end.Task.WaitAsync(cancel);

    /// <inheritdoc/>
    public override Task DestroyAsync(string? reason = null, IReadOnlyList<SipHeader>? headers = null) =>
        Session.Lane.RunAsync(() => Session.Bye(reason, headers));

    /// <summary>A call that came; attached to its session when the answer has left.</summary>
    internal static InviteDialog OfCalled(InviteRequest request, IDialogOwner owner, in SipBody local)
    {
        var ours = SessionBody.Bytes(local);
        return new(request.Agent, DialogDirection.Incoming, owner, request.ToUser)
        {
            Invite = request.Message,
            _local = ours,
            _wanted = ours,
            _remote = SessionBody.Bytes(request.Message),
        };
    }

    /// <summary>A call of ours, before its INVITE has left.</summary>
    internal static InviteDialog OfCaller(DialogAgent agent, IDialogOwner owner, in SipBody offer, string contactUser)
    {
        var ours = SessionBody.Bytes(offer);
        return new(agent, DialogDirection.Outgoing, owner, contactUser) { _local = ours, _wanted = ours };
    }

    /// <summary>The answer to an incoming call is on its way.</summary>
    internal void Attach(InviteSession session)
    {
        _session = session;
        Agent.Add(this);
    }

    /// <summary>Gives the events that follow to somebody else; on the lane.</summary>
    internal void Hand(IDialogOwner owner) => _owner = owner;

    internal IDialogOwner Owner => _owner;

    /// <summary>Both sides agreed on new descriptions; on the lane. Null leaves one as it was.</summary>
    /// <param name="local">Ours.</param>
    /// <param name="remote">The peer's.</param>
    /// <param name="peerOffered">The peer made the offer, so that what it says is its own wish.</param>
    /// <param name="narrowed">Ours is an old one narrowed to what the peer offered: what we want is what we wanted before.</param>
    internal void Agree(byte[]? local, byte[]? remote, bool peerOffered, bool narrowed = false)
    {
        _local = local ?? _local;
        _remote = remote ?? _remote;
        if (local is not null && !narrowed)
            _wanted = local;
        // An answer to an offer that sends nothing has no choice but to take nothing.
        if (remote is not null && (peerOffered || !Holds(_local, static (session, media) => session.DirectionOf(media).Sends())))
            Volatile.Write(ref _heldByPeer, Holds(remote));
    }

    void IOutgoingInviteHandler.OnProgress(OutgoingInvite invite, Dialog? dialog, SipMessage response) => _owner.OnProgress(this, invite, dialog, response, null);

    void IOutgoingInviteHandler.OnReliableProgress(OutgoingInvite invite, ReliableProgress progress, SipMessage response) =>
        _owner.OnProgress(this, invite, progress.Dialog, response, progress);

    void IOutgoingInviteHandler.OnAnswered(OutgoingInvite invite, InviteSession session, SipMessage response)
    {
        _session = session;
        Answer = response.ToOwned();
        Agree(null, SessionBody.Bytes(response), peerOffered: _local is null);
        Agent.Add(this);
        _owner.OnAnswered(this, response);
    }

    void IInviteSessionHandler.OnEarlyRequest(Dialog early, IncomingRequest request) => _owner.OnEarlyRequest(this, early, request);

    void IInviteSessionHandler.OnConfirmed(InviteSession session, SipMessage ack)
    {
        if (SessionBody.Bytes(ack) is { } answer)
            Agree(null, answer, peerOffered: false);
        _owner.OnConfirmed(this, ack);
    }

    void IInviteSessionHandler.OnReinvite(InviteSession session, IncomingRequest request) => _owner.OnModify(this, request);

    // Nothing in it but the wish to stay: no offer, or it would have come as OnReinvite.
    void IInviteSessionHandler.OnUpdate(InviteSession session, IncomingRequest request) => _owner.OnModify(this, request);

    void IInviteSessionHandler.OnReinviteConfirmed(InviteSession session, SipMessage ack)
    {
        if (SessionBody.Bytes(ack) is { } answer)
            Agree(null, answer, peerOffered: false);
        _owner.OnModifyConfirmed(this, ack);
    }

    void IInviteSessionHandler.OnRequest(InviteSession session, IncomingRequest request) => _owner.OnRequest(this, request);

    void IInviteSessionHandler.OnRefreshed(InviteSession session, SessionRefresh refresh) => _owner.OnKeptAlive(this, refresh);

    void IInviteSessionHandler.OnRefer(InviteSession session, IncomingRefer refer) => _owner.OnRefer(this, refer);

    void IInviteSessionHandler.OnEnded(CallEnd end, SipMessage? message)
    {
        if (_session is not null)
            Agent.Remove(this);
        _end.TrySetResult(end);
        _owner.OnEnded(this, end, message);
        if (_session is not null)
            FireEnded();
    }

    private static bool Holds(byte[]? sdp) => Holds(sdp, static (session, media) => session.DirectionOf(media).Receives());

    // Most descriptions say nothing about direction: they need not be read to know that both sides hear.
    private static bool Holds(byte[]? sdp, Func<SessionDescription, MediaDescription, bool> flows) =>
        sdp is not null
        && (sdp.AsSpan().IndexOf("only"u8) >= 0 || sdp.AsSpan().IndexOf("inactive"u8) >= 0 || sdp.AsSpan().IndexOf("0.0.0.0"u8) >= 0)
        && Parse(sdp) is { Media.Count: > 0 } session
        && NoneOf(session, flows);

    private static bool NoneOf(SessionDescription session, Func<SessionDescription, MediaDescription, bool> flows) =>
        !session.Media.Any(media => media.Port != 0 && flows(session, media));

    internal static SessionDescription? Parse(byte[]? sdp) =>
        sdp is not null && SdpParser.TryParse(sdp, out var description, out _) ? description : null;

    private static string? TextOf(byte[]? sdp) => sdp is null ? null : Encoding.UTF8.GetString(sdp);
}
