using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Transactions;

// From the machine's steps to sockets, timers and the user.
public sealed partial class ServerTransaction
{
    void ITimedTransaction.OnRepeatDue() => Take(IsAnswered ? ServerInput.Retransmit : ServerInput.TryingDue);

    void ITimedTransaction.OnEndDue()
    {
        var waiting = State is TransactionState.Trying or TransactionState.Proceeding || (IsInvite && State == TransactionState.Completed);
        Take(waiting ? ServerInput.Timeout : ServerInput.LingerOver);
    }

    internal void Take(ServerInput input, SipMessage? message = null) => Apply(Next(input), null, 0, message);

    private ServerStep Next(ServerInput input) => IsInvite
        ? InviteServerMachine.Next(State, input, _flow.Channel.IsReliable)
        : NonInviteServerMachine.Next(State, input, _flow.Channel.IsReliable);

    private void Apply(ServerStep step, PacketBuffer? response, int status, SipMessage? message)
    {
        var before = State;
        var wasAnswered = IsAnswered;
        State = step.State;
        SetTimers(step.Effects);
        if (!Send(step.Effects, response, status))
        {
            _home.Counters.TransportFailures++;
            State = before;
            step = Next(ServerInput.TransportError);
            State = step.State;
            SetTimers(step.Effects);
        }

        if (!wasAnswered && IsAnswered)
            ForgetRequest();
        Tell(step, message);
    }

    private void SetTimers(ServerEffects effects)
    {
        if ((effects & ServerEffects.StopTimers) != 0)
            _timer.Stop();
        if ((effects & ServerEffects.StopTrying) != 0)
            _timer.StopRepeating();
        if ((effects & ServerEffects.StartTrying) != 0)
            _timer.Repeat(IsInvite ? _home.Times.TryingAfter : _home.Times.NonInviteTryingAfter);
        if ((effects & ServerEffects.StartRetransmit) != 0)
            _timer.Repeat(_home.Times.T1);
        if ((effects & ServerEffects.DoubleToT2) != 0)
            _timer.Repeat(Math.Min(_timer.Interval * 2, _home.Times.T2));
        if ((effects & ServerEffects.StartTimeout) != 0)
            _timer.End(_home.Times.T1x64);
        if ((effects & ServerEffects.StartLinger) != 0)
            _timer.End(State == TransactionState.Confirmed ? _home.Times.T4 : _home.Times.T1x64); // Timer I, else J or L
    }

    // False when a stream could not take the response. UDP that takes nothing now has lost a datagram: retransmission mends that.
    private bool Send(ServerEffects effects, PacketBuffer? response, int status)
    {
        if ((effects & ServerEffects.SendTrying) != 0)
        {
            response = Plain(100, default);
            var sent = SendNew(response, 100);
            response.Release();
            return sent;
        }

        if ((effects & ServerEffects.Send) != 0)
            return SendNew(response!, status);
        return (effects & ServerEffects.Resend) == 0 || SendAgain();
    }

    private bool SendNew(PacketBuffer response, int status)
    {
        var repeated = _request is null;
        if (repeated)
            _home.Counters.RetransmissionsOut++;
        var sent = repeated ? _home.Transport.Send(_flow, response) : _home.Transport.SendResponse(_request!, _flow, response);
        _provisional?.Release();
        _provisional = null;
        if (status < 200)
            _provisional = response.AddRef();
        else if (State == TransactionState.Completed)
            _final = _home.Store.Keep(response.Span);
        return sent || !_flow.Channel.IsReliable;
    }

    private bool SendAgain()
    {
        bool sent;
        if (_provisional is { } provisional)
        {
            sent = _home.Transport.SendResponse(_request!, _flow, provisional);
        }
        else if (!_final.IsEmpty)
        {
            var copy = _home.Pool.Rent(_final.Length);
            copy.Length = _final.Length;
            _final.Span.CopyTo(copy.Span);
            sent = _home.Transport.Send(_flow, copy);
            copy.Release();
        }
        else
        {
            return true;
        }

        _home.Counters.RetransmissionsOut++;
        return sent || !_flow.Channel.IsReliable;
    }

    // What lingers is the object and the final response, if it can be asked for again. The flow turns into the one that repeated responses
    // take.
    private void ForgetRequest()
    {
        _home.Counters.Unanswered--;
        _flow = ResponseRoute.For(_request!, _flow);
        _request!.Release();
        _request = null;
        _provisional?.Release();
        _provisional = null;
    }

    private void Tell(ServerStep step, SipMessage? message)
    {
        var isOver = step.State == TransactionState.Terminated;
        if (isOver)
            _home.Remove(this);
        try
        {
            if ((step.Effects & ServerEffects.DeliverRequest) != 0)
                DeliverRequest(message!);
            else if ((step.Effects & ServerEffects.DeliverAck) != 0)
                _home.Core.OnAck(message!, _flow);
            else if (EndOf(step.Effects) is { } end)
                TellEnd(end);
        }
        finally
        {
            if (isOver)
                Recycle();
        }
    }

    // A core that throws owes the sender an answer all the same; the fault itself goes up to the lane, which counts it.
    private void DeliverRequest(SipMessage request)
    {
        var life = Life;
        try
        {
            if (!_home.Core.TryRoute(this, request) && !_home.RefuseMerged(this, request))
                _home.Core.OnRequest(this, request);
        }
        catch when (Life == life && !IsAnswered)
        {
            Respond(500);
            throw;
        }
    }

    private void TellEnd(TransactionEnd end)
    {
        if (end == TransactionEnd.Timeout)
            _home.Counters.ServerTimeouts++;
        var user = User;
        User = null;
        user?.OnEnded(this, end);
    }

    private static TransactionEnd? EndOf(ServerEffects effects) => effects switch
    {
        _ when (effects & ServerEffects.EndCompleted) != 0 => TransactionEnd.Completed,
        _ when (effects & ServerEffects.EndTimeout) != 0 => TransactionEnd.Timeout,
        _ when (effects & ServerEffects.EndTransport) != 0 => TransactionEnd.Transport,
        _ => null,
    };

    internal void Abandon()
    {
        var wasAnswered = IsAnswered;
        State = TransactionState.Terminated;
        _timer.Stop();
        _home.Remove(this);
        if (!wasAnswered)
            ForgetRequest();
        try
        {
            TellEnd(TransactionEnd.Transport);
        }
        finally
        {
            Recycle();
        }
    }

    private void Recycle()
    {
        Life++;
        User = null;
        _home.Store.Return(_final);
        _final = default;
        _flow = default;
        _home.Recycle(this);
    }
}
