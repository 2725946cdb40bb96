namespace Parley.Server.Voice.Records;

/// <summary>What is kept of calls that are over, and where it is sent.</summary>
public sealed record CallRecordOptions
{
    /// <summary>Folder of the records: <c>YYYYMMDD/YYYYMMDD-HHMMSS_ID.json</c>, by when the call began (UTC). What has not been sent yet is noted in its folder <c>unsent</c>.</summary>
    public required string Folder { get; init; }

    /// <summary>Where each record is sent, too; disposed with the server. Default: nowhere.</summary>
    public ICallRecordTarget? Target { get; init; }

    /// <summary>Sends the recordings and the dump along. Default: false, the record alone.</summary>
    public bool WithMedia { get; init; }

    /// <summary>Keeps the record's file when it has been sent. Default: true.</summary>
    public bool KeepRecord { get; init; } = true;

    /// <summary>Keeps the recordings when they have been sent. Default: true.</summary>
    public bool KeepMedia { get; init; } = true;

    /// <summary>Attempts to send one, at least 1; what has failed as often waits on disk for the next start. Default: 5, which is half a minute.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>Pause behind the first attempt; each further one is twice as long. Default: 2 s.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long one attempt may take. Default: 1 min.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Records that wait to be sent, at least 1. Default: 10,000, some hours of a busy server whose target is away; further ones wait on disk for the next start.</summary>
    public int MaxWaiting { get; init; } = 10_000;
}
