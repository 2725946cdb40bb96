using System.Globalization;
using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Sip.Invites;

/// <summary>
/// The reliable provisional responses of one incoming call: numbered, repeated until their PRACK comes, one after the other (RFC 3262 §3). Made with the first.
/// </summary>
internal sealed class ReliableProvisionals(IncomingInvite invite, uint inviteCSeq) : LaneTimer
{
    // More than a ringing call has to say; each may hold a session description.
    private const int MaxWaiting = 8;

    private readonly Queue<Reply> _waiting = [];
    private ReliableState _state;
    private PacketBuffer? _response;
    private int _status;
    private bool _describes;
    private uint _number = (uint)Random.Shared.Next(1, int.MaxValue); // §3: 1 to 2³¹ − 1
    private uint _unacknowledged;
    private long _interval;
    private long _deadline;

    /// <summary>True while one that carries a session description is not acknowledged: a 2xx must not overtake it.</summary>
    public bool HoldsAnswer => _state != ReliableState.Over
        && ((_state == ReliableState.Waiting && _describes) || _waiting.Any(reply => SessionDescriptions.IsIn(reply.Body)));

    /// <summary>The last session description sent in one; the 200 need not repeat it.</summary>
    public SipBody Description { get; private set; }

    public bool IsWaiting => _state == ReliableState.Waiting;

    /// <exception cref="InvalidOperationException">Too many wait already.</exception>
    public void Send(in Reply reply)
    {
        if (_waiting.Count >= MaxWaiting)
            throw new InvalidOperationException($"{MaxWaiting} provisional responses wait for the caller to acknowledge the one before them; no more can.");
        Take(ReliableInput.Send, reply);
    }

    /// <summary>True when the PRACK is for one that waits; from then on it is no longer repeated.</summary>
    public bool TryAcknowledge(SipMessage prack)
    {
        if (_unacknowledged == 0 || !RAck.TryParse(prack.Value(HeaderId.RAck), out var rack)
            || rack.Number != _unacknowledged || rack.CSeq != inviteCSeq || rack.Method != SipMethod.Invite)
            return false;
        _unacknowledged = 0;
        return true;
    }

    /// <summary>After its PRACK has been shown to the application: the next one may go.</summary>
    public void GoOn() => Take(ReliableInput.Acknowledged);

    public void Stop() => Take(ReliableInput.Final);

    /// <inheritdoc/>
    protected override void Fire(long now) => Take(now >= _deadline ? ReliableInput.Timeout : ReliableInput.RepeatDue);

    private void Take(ReliableInput input, in Reply reply = default)
    {
        (_state, var effects) = ReliableProvisionalMachine.Next(_state, input);
        if ((effects & ReliableEffects.StopTimers) != 0)
            Forget();
        if ((effects & ReliableEffects.Queue) != 0)
            _waiting.Enqueue(reply with { Body = reply.Body.ToOwned() });
        if ((effects & ReliableEffects.Transmit) != 0)
            Transmit(input == ReliableInput.Send ? reply : null);
        if ((effects & ReliableEffects.StartTimers) != 0)
            StartTimers();
        if ((effects & ReliableEffects.DoubleInterval) != 0)
            Repeat(_interval * 2);
        if ((effects & ReliableEffects.Reject) != 0)
            invite.OnNeverAcknowledged();
        if ((effects & ReliableEffects.TakeNext) != 0 && _waiting.TryDequeue(out var next))
            Take(ReliableInput.Send, next);
    }

    private void Transmit(Reply? fresh)
    {
        if (fresh is { } reply)
        {
            _unacknowledged = _number++;
            _status = reply.Status;
            _describes = SessionDescriptions.IsIn(reply.Body);
            if (_describes)
                Description = reply.Body.ToOwned();
            _response = invite.BuildReliable(reply, _unacknowledged);
        }

        invite.Transmit(_response!.AddRef(), _status);
    }

    private void StartTimers()
    {
        _deadline = invite.Lane.Now + 64 * invite.T1;
        Repeat(invite.T1);
    }

    private void Repeat(long interval)
    {
        _interval = interval;
        invite.Lane.Schedule(this, Math.Max(0, Math.Min(interval, _deadline - invite.Lane.Now)));
    }

    private void Forget()
    {
        invite.Lane.Cancel(this);
        _response?.Release();
        _response = null;
    }

    /// <summary>The headers that make a response reliable.</summary>
    public static IReadOnlyList<SipHeader> HeadersFor(uint number, IReadOnlyList<SipHeader>? further) =>
        [new SipHeader("Require", "100rel"), new SipHeader("RSeq", number.ToString(CultureInfo.InvariantCulture)), .. further ?? []];
}
