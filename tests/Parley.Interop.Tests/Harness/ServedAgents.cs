using Parley.Testing.Agents;
using Parley.Testing.Expectations;

namespace Parley.Interop.Tests.Harness;

/// <summary>Test phones as users of a <see cref="ServeProcess"/>.</summary>
internal static class ServedAgents
{
    /// <summary>A session of agents on this machine; the certificates servers make for tests are believed.</summary>
    public static AgentSession Session() => new(new() { BindHost = "127.0.0.1", VerifyCertificates = false });

    /// <summary>An agent that calls through the server without an account.</summary>
    public static Task<Agent> AddGuestAsync(this AgentSession session, ServeProcess server, string name = "guest") =>
        session.CreateAsync(name, new() { Username = name, Domain = $"127.0.0.1:{server.SipPort}", RegInt = 0 });

    /// <summary>An agent with an account of the server, registered.</summary>
    public static async Task<Agent> AddAsync(this AgentSession session, ServeProcess server, string name, string transport)
    {
        var port = transport == "tls" ? server.TlsPort : server.SipPort;
        var agent = await session.CreateAsync(name, new() { Username = name, Password = "secret", Domain = $"127.0.0.1:{port}", Transport = transport });
        await Wait.UntilAsync(() => Expect.That(agent.Registered).IsTrue(), TimeSpan.FromSeconds(30));
        return agent;
    }
}
