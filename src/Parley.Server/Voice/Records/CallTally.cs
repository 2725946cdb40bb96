namespace Parley.Server.Voice.Records;

/// <summary>How many calls there have been since the start.</summary>
internal sealed class CallTally(DateTimeOffset since)
{
    private long _total, _failed;

    public DateTimeOffset Since { get; } = since;

    public long Total => Interlocked.Read(ref _total);

    /// <summary>Of these, those that were not answered.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    public void Ended(bool hadCall, bool wasAnswered)
    {
        if (!hadCall)
            return;
        Interlocked.Increment(ref _total);
        if (!wasAnswered)
            Interlocked.Increment(ref _failed);
    }
}
