namespace Parley.Server.Voice.Records;

/// <summary>Where call records are sent.</summary>
public interface ICallRecordTarget : IDisposable
{
    /// <summary>Sends one.</summary>
    /// <param name="parcel">The record, and what goes with it.</param>
    /// <param name="cancel">Gives up: it took too long, or the server ends.</param>
    /// <exception cref="HttpRequestException">It was not taken; its status tells whether another attempt makes sense.</exception>
    /// <exception cref="IOException">A file cannot be read, or the connection broke.</exception>
    Task SendAsync(CallRecordParcel parcel, CancellationToken cancel);
}

/// <summary>A call record on its way.</summary>
public sealed record CallRecordParcel
{
    /// <summary>Its file within the folder of records, e.g. <c>20260101/20260101-120000_ID.json</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The record: JSON in UTF-8.</summary>
    public required ReadOnlyMemory<byte> Json { get; init; }

    /// <summary>What goes with it.</summary>
    public IReadOnlyList<CallRecordPart> Parts { get; init; } = [];
}

/// <summary>A file that goes with a call record.</summary>
/// <param name="Name"><c>media_TRACK</c> or <c>dump_events_FILE</c>.</param>
/// <param name="Path">The file.</param>
public sealed record CallRecordPart(string Name, string Path)
{
    /// <summary>Its name without folders.</summary>
    public string FileName => System.IO.Path.GetFileName(Path);
}
