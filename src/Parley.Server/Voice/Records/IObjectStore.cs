namespace Parley.Server.Voice.Records;

/// <summary>A store of named objects.</summary>
public interface IObjectStore : IDisposable
{
    /// <summary>Stores an object, in the place of one of that name.</summary>
    /// <param name="key">Its name, with slashes as if there were folders.</param>
    /// <param name="content">It; can be read more than once.</param>
    /// <param name="contentType">Its type.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="HttpRequestException">It was not taken.</exception>
    Task PutAsync(string key, Stream content, string contentType, CancellationToken cancel);
}
