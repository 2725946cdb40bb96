using Parley.Server.Voice.Records;

namespace Parley.Cli.Configuration;

/// <summary>What is kept of voice agents' calls that are over, and where it is sent.</summary>
internal sealed record RecordSettings
{
    private static readonly CallRecordOptions s_defaults = new() { Folder = "" };

    /// <summary>Folder of the records.</summary>
    public required string Folder { get; init; }

    /// <summary>Where they are posted; null for nowhere. Not with <see cref="Store"/>.</summary>
    public HttpRecordSettings? Http { get; init; }

    /// <summary>The store they are put into; null for none.</summary>
    public S3Options? Store { get; init; }

    /// <summary>What all keys of the store begin with.</summary>
    public string Root { get; init; } = "";

    /// <summary>Whether recordings and dump are sent along.</summary>
    public bool WithMedia { get; init; } = s_defaults.WithMedia;

    /// <summary>Whether the record's file stays when it has been sent.</summary>
    public bool KeepRecord { get; init; } = s_defaults.KeepRecord;

    /// <summary>Whether recordings stay when they have been sent.</summary>
    public bool KeepMedia { get; init; } = s_defaults.KeepMedia;

    /// <summary>How often sending one is attempted.</summary>
    public int Attempts { get; init; } = s_defaults.Attempts;

    /// <summary>How long one attempt may take.</summary>
    public TimeSpan Timeout { get; init; } = s_defaults.Timeout;

    /// <summary>The same as options; their target is the caller's to dispose of.</summary>
    public CallRecordOptions ToOptions() => new()
    {
        Folder = Folder,
        Target = Http is not null ? new HttpCallRecords(Http.Url, Http.Headers) : Store is not null ? new StoredCallRecords(new S3ObjectStore(Store), Root) : null,
        WithMedia = WithMedia,
        KeepRecord = KeepRecord,
        KeepMedia = KeepMedia,
        Attempts = Attempts,
        Timeout = Timeout,
    };
}

/// <summary>Where call records are posted.</summary>
/// <param name="Url">Where; http or https.</param>
/// <param name="Headers">Further headers, keys among them.</param>
internal sealed record HttpRecordSettings(Uri Url, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>Whether both say the same: dictionaries know only whether they are the same object.</summary>
    public bool Equals(HttpRecordSettings? other) =>
        other is not null && Url == other.Url && Headers.Count == other.Headers.Count && Headers.All(one => other.Headers.TryGetValue(one.Key, out var value) && value == one.Value);

    public override int GetHashCode() => Url.GetHashCode();
}
