using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Transactions;

// From the machine's steps to sockets, timers and the user.
public sealed partial class ClientTransaction
{
    void ITimedTransaction.OnRepeatDue()
    {
        if (State == TransactionState.Connecting)
            FallBackToUdp();
        else
            Take(ClientInput.Retransmit, null);
    }

    void ITimedTransaction.OnEndDue()
    {
        if (_pendingFailure is { } failure)
        {
            _pendingFailure = null;
            if (failure == TransactionFailure.Transport && State != TransactionState.Connecting)
                Take(ClientInput.TransportError, null);
            else
                AttemptFailed(failure);
        }
        else if (State == TransactionState.Connecting)
        {
            _attempt++;
            AttemptFailed(TransactionFailure.Timeout);
        }
        else
        {
            Take(State is TransactionState.Completed or TransactionState.Accepted ? ClientInput.LingerOver : ClientInput.Timeout, null);
        }
    }

    internal void OnResponse(SipMessage response, in SipFlow flow)
    {
        // It has failed already; only the user does not know yet.
        if (_pendingFailure is not null)
            return;
        var status = response.StatusCode;
        Take(status < 200 ? ClientInput.Provisional : status < 300 ? ClientInput.Success : ClientInput.Failure, response, flow);
    }

    internal void OnConnectionLost() => Take(ClientInput.TransportError, null);

    private void Take(ClientInput input, SipMessage? response, in SipFlow flow = default)
    {
        var step = IsInvite
            ? InviteClientMachine.Next(State, input, IsReliable)
            : NonInviteClientMachine.Next(State, input, IsReliable);
        if (response is not null && (step.Effects & ClientEffects.Deliver) == 0)
            _home.Counters.RetransmissionsIn++;
        // RFC 3263 §4.3: a 503 means another server may do better.
        if (response is { StatusCode: 503 } && (step.Effects & ClientEffects.Deliver) != 0 && HasFurtherTarget)
        {
            FailOverFrom(step, response);
            return;
        }

        State = step.State;
        _isTaken |= input == ClientInput.Provisional;
        Carry(step.Effects, response);
        if (input == ClientInput.Retransmit)
            _home.Counters.RetransmissionsOut++;
        if ((step.Effects & ClientEffects.FailTimeout) != 0)
            AttemptFailed(TransactionFailure.Timeout);
        else if ((step.Effects & ClientEffects.FailTransport) != 0)
            AttemptFailed(TransactionFailure.Transport);
        else
            Deliver(step, response, flow);
    }

    private void Carry(ClientEffects effects, SipMessage? response)
    {
        if ((effects & ClientEffects.StopTimers) != 0)
            _timer.Stop();
        if ((effects & ClientEffects.StartRetransmit) != 0)
            _timer.Repeat(_home.Times.T1);
        if ((effects & ClientEffects.DoubleInterval) != 0)
            _timer.Repeat(_timer.Interval * 2);
        if ((effects & ClientEffects.DoubleToT2) != 0)
            _timer.Repeat(Math.Min(_timer.Interval * 2, _home.Times.T2));
        if ((effects & ClientEffects.RetransmitAtT2) != 0)
            _timer.Repeat(_home.Times.T2);
        if ((effects & ClientEffects.StartTimeout) != 0)
            _timer.End(_home.Times.T1x64);
        if ((effects & ClientEffects.StartLinger) != 0)
            _timer.End(LingerTime);
        if ((effects & ClientEffects.SendRequest) != 0)
            SendRequest();
        if ((effects & ClientEffects.SendAck) != 0)
            SendAck(response!);
    }

    private int LingerTime => State == TransactionState.Accepted ? _home.Times.T1x64 // Timer M
        : IsInvite ? _home.Times.TimerD
        : _home.Times.T4; // Timer K

    private void SendRequest()
    {
        var sent = _home.Transport.Send(_flow, _sent!);
        if (!IsReliable)
            return;
        if (!sent)
            FailSoon(TransactionFailure.Transport);
        // A stream needs no second copy; an INVITE is the model of its CANCEL and ACK.
        if (!IsInvite)
            ForgetSent();
    }

    private void SendAck(SipMessage response)
    {
        if (!_ack.IsEmpty)
        {
            var copy = _home.Pool.Rent(_ack.Length);
            copy.Length = _ack.Length;
            _ack.Span.CopyTo(copy.Span);
            _home.Transport.Send(_flow, copy);
            copy.Release();
            _home.Counters.RetransmissionsOut++;
            return;
        }

        if (_sent is null || _home.Parse(_sent) is not { } invite)
            return;
        var ack = RequestAssembly.Ack(_home.Pool, invite, response);
        invite.Release();
        _home.Transport.Send(_flow, ack);
        if (!IsReliable)
            _ack = _home.Store.Keep(ack.Span);
        ack.Release();
    }

    private void Deliver(ClientStep step, SipMessage? response, in SipFlow flow)
    {
        var isOver = step.State == TransactionState.Terminated;
        if (step.State >= TransactionState.Completed)
            ForgetMessages();
        var deliver = (step.Effects & ClientEffects.Deliver) != 0;
        if (isOver)
            Unlist();
        if (deliver && step.State == TransactionState.Proceeding && _cancel == CancelState.Wanted)
            SendCancel();
        // A user that throws does not keep the transaction from ending.
        try
        {
            if (deliver)
                _user?.OnResponse(this, response!, flow);
        }
        finally
        {
            if (isOver)
                Finish();
            else if (deliver && step.State == TransactionState.Completed)
                TellEnd();
        }
    }

    private void Fail(TransactionFailure why)
    {
        State = TransactionState.Terminated;
        try
        {
            _user?.OnFailed(this, why);
        }
        finally
        {
            Finish();
        }
    }

    internal void Abandon()
    {
        Unlist();
        if (State is TransactionState.Completed or TransactionState.Accepted)
            Finish();
        else
            Fail(TransactionFailure.Transport);
    }

    private void TellEnd()
    {
        var user = _user;
        _user = null;
        user?.OnEnded(this);
    }

    private void Finish()
    {
        State = TransactionState.Terminated;
        try
        {
            TellEnd();
        }
        finally
        {
            Recycle();
        }
    }

    private void Recycle()
    {
        ForgetMessages();
        _timer.Stop();
        _home.Store.Return(_ack);
        _ack = default;
        _targets = null;
        _nextTarget = 0;
        _flow = default;
        _cancel = CancelState.No;
        _cancelReason = null;
        _pendingFailure = null;
        _isTaken = false;
        _attempt++;
        Life++;
        _home.Recycle(this);
    }

    private void ForgetMessages()
    {
        ForgetRequest();
        ForgetSent();
    }

    private void ForgetSent()
    {
        _sent?.Release();
        _sent = null;
    }
}
