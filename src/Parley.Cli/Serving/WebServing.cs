using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Parley.Cli.Terminal;
using Parley.Server.Hosting;

namespace Parley.Cli.Serving;

/// <summary>Something that is served over HTTP.</summary>
/// <param name="Option">The option that says where, for messages.</param>
/// <param name="Address">Where.</param>
/// <param name="IsSecure">With TLS.</param>
/// <param name="IsAsked">Somebody asked for it there: when the address cannot be had, that is an error.</param>
/// <param name="Entrance">What, and for whom.</param>
internal sealed record WebPart(string Option, IPEndPoint Address, bool IsSecure, bool IsAsked, ApiEntrance Entrance);

/// <summary>The web servers of a running <c>serve</c>. What is served at one address shares one.</summary>
internal sealed class WebServing : IAsyncDisposable
{
    private readonly List<ApiHost> _hosts = [];
    private readonly Dictionary<WebPart, IPEndPoint> _addresses = [];

    /// <summary>Begins to serve.</summary>
    /// <param name="parts">What; where two serve the same path, the first has it. Disposed with this.</param>
    /// <param name="certificate">For those with TLS.</param>
    /// <param name="logging">Where faults are logged.</param>
    /// <param name="interrupt">Gives up.</param>
    /// <exception cref="CommandException">An address that somebody asked for cannot be had, or a certificate is missing.</exception>
    public static async Task<WebServing> StartAsync(IReadOnlyList<WebPart> parts, X509Certificate2? certificate, ILoggerFactory logging, CancellationToken interrupt)
    {
        if (parts.FirstOrDefault(part => part.IsSecure && certificate is null) is { } secure)
            throw CommandException.Usage($"{secure.Option} wss: needs a certificate: --tls-cert F.pem --tls-key F.pem, or --tls-self-signed to try it out.");
        var serving = new WebServing();
        try
        {
            foreach (var group in parts.GroupBy(part => (part.Address, part.IsSecure)))
            {
                var options = new ApiHostOptions { Listen = group.Key.Address, Certificate = group.Key.IsSecure ? certificate : null, Logging = logging };
                await serving.BeginAsync([.. group], options, interrupt);
            }

            return serving;
        }
        catch
        {
            await serving.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where it is, with the real port; null when the address is in use.</summary>
    public IPEndPoint? AddressOf(WebPart part) => _addresses.GetValueOrDefault(part);

    /// <summary>For people: what it says when it is served, or why it is not.</summary>
    public string Describe(WebPart? part, Func<IPEndPoint, string> served) => part is null ? "not served"
        : AddressOf(part) is { } address ? served(address) : $"not served: {part.Address} is in use; {part.Option} HOST:PORT takes another";

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
            await host.DisposeAsync();
    }

    private async Task BeginAsync(WebPart[] parts, ApiHostOptions options, CancellationToken interrupt)
    {
        try
        {
            var host = await ApiHost.StartSharedAsync(options, [.. parts.Select(part => part.Entrance)], interrupt);
            _hosts.Add(host);
            foreach (var part in parts)
                _addresses[part] = host.Address;
        }
        catch (IOException e)
        {
            foreach (var part in parts)
                await part.Entrance.Surface.DisposeAsync();
            if (parts.FirstOrDefault(part => part.IsAsked) is { } asked)
                throw new CommandException($"{asked.Option} {asked.Address}: {e.Message}");
        }
    }
}
