using Parley.Dialogs;

namespace Parley.Server.Voice.Joining;

/// <summary>
/// A transfer the other side asks for (REFER). It is accepted at once; what becomes of it is for the program to decide and say. It gets one last report in any case: where the program
/// says nothing, that nothing came of it.
/// </summary>
internal sealed class AskedTransfer : IDisposable
{
    // Longer than a person lets it ring, shorter than a phone waits for the last report (RFC 3515 §2.4.7 has it ask for more).
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TransferRequest _request;
    private readonly ITimer _timer;
    private int _over;

    private AskedTransfer(TransferRequest request, TimeProvider time)
    {
        _request = request;
        _timer = time.CreateTimer(_ => _ = EndAsync(408, "Nobody decided"), null, Patience, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether the last report has been made.</summary>
    public bool IsOver => Volatile.Read(ref _over) != 0;

    /// <summary>Accepts it, with 202 and a first report of 100.</summary>
    public static async Task<AskedTransfer> AcceptAsync(TransferRequest request, TimeProvider time)
    {
        await request.AcceptAsync(202);
        return new(request, time);
    }

    /// <summary>Reports how it stands; from 200 up it is the last report.</summary>
    /// <exception cref="ArgumentException">A status that is none, or a line break in the phrase.</exception>
    public Task ReportAsync(int status, string? reason)
    {
        if (status is < 100 or > 699)
            throw new ArgumentException($"{status} is no status; there are 100 to 699.", nameof(status));
        return status < 200 ? _request.ReportAsync(status, reason) : EndAsync(status, reason);
    }

    /// <summary>The call is over: nothing will come of it any more.</summary>
    public void Dispose() => _ = EndAsync(487, "The call has ended");

    private async Task EndAsync(int status, string? reason)
    {
        if (Interlocked.Exchange(ref _over, 1) != 0)
            return;
        await _timer.DisposeAsync();
        await _request.ReportAsync(status, reason);
    }
}
