"""ANY /{proxy+}: what no endpoint serves is 404, or 405 where the path takes other methods. ANY / comes here too."""

from eal.entry.http import unknown_route

handler = unknown_route.handler
