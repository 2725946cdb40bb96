namespace Parley.Server.Voice.Records;

/// <summary>Puts call records into an object store, under the names they have on disk; what goes with a record lies beside it.</summary>
public sealed class StoredCallRecords : ICallRecordTarget
{
    private readonly IObjectStore _store;
    private readonly string _root;

    /// <summary>Makes one.</summary>
    /// <param name="store">The store; disposed with this.</param>
    /// <param name="root">What all keys begin with, e.g. <c>calls/</c>. Default: nothing.</param>
    public StoredCallRecords(IObjectStore store, string root = "")
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(root);
        (_store, _root) = (store, root.Trim('/') is { Length: > 0 } folder ? folder + "/" : "");
    }

    /// <inheritdoc/>
    public async Task SendAsync(CallRecordParcel parcel, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(parcel);
        var folder = parcel.Name[..(parcel.Name.LastIndexOf('/') + 1)];
        // The record last: who sees it finds the rest.
        foreach (var part in parcel.Parts)
        {
            await using var file = File.OpenRead(part.Path);
            await _store.PutAsync(_root + folder + part.FileName, file, "application/octet-stream", cancel);
        }

        using var record = new MemoryStream(parcel.Json.ToArray());
        await _store.PutAsync(_root + parcel.Name, record, "application/json", cancel);
    }

    /// <inheritdoc/>
    public void Dispose() => _store.Dispose();
}
