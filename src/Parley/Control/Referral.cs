using System.Security.Cryptography;
using Parley.Sip.Transfers;

namespace Parley.Control;

/// <summary>
/// A REFER of ours under way. It sends the phone to ourselves, with a secret in the URI by which its call is known when it comes: so the new call is one of this system, found by its
/// Call-ID and driven like any other, and needs no credentials.
/// </summary>
internal sealed class Referral : IReferHandler
{
    /// <summary>The parameter of the URI.</summary>
    public const string Parameter = "parley-transfer";

    private readonly TaskCompletionSource<IncomingCall> _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _reported = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ReferEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What the phone has to know: 128 bits that cannot be guessed.</summary>
    public string Secret { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>The phone has called.</summary>
    public Task<IncomingCall> Arrived => _arrived.Task;

    /// <summary>The phone has accepted the REFER.</summary>
    public Task Accepted => _accepted.Task;

    /// <summary>The phone has reported something.</summary>
    public Task Reported => _reported.Task;

    /// <summary>What the phone says came of it.</summary>
    public Task<ReferEnd> Ended => _ended.Task;

    /// <summary>The command knows what became of the phone's call.</summary>
    public Task Over => _over.Task;

    /// <summary>Told of reports.</summary>
    public Action<ReferProgress>? OnReport { get; init; }

    /// <summary>The phone's call is here. False when it comes too late.</summary>
    public bool TryArrive(IncomingCall call) => !_over.Task.IsCompleted && _arrived.TrySetResult(call);

    public void Close()
    {
        _arrived.TrySetCanceled();
        _over.TrySetResult();
    }

    void IReferHandler.OnAccepted(OutgoingRefer refer, Sip.Messages.SipMessage response) => _accepted.TrySetResult();

    void IReferHandler.OnProgress(OutgoingRefer refer, ReferProgress progress)
    {
        OnReport?.Invoke(progress);
        _reported.TrySetResult();
    }

    void IReferHandler.OnEnded(OutgoingRefer refer, ReferEnd end)
    {
        _ended.TrySetResult(end);
    }
}
